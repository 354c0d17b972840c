/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open terminals. As in vfs: one minted and watched capability per entry, made once and used again; ORPHAN ends the description.
 * Badge: bit 62 and the index. All other badges are processes (or units).
 */
#pragma once

#include "terminal.h"

#define BADGE_FILE (1ull << 62)

struct file {
	kn_cap slot;
	uint32_t index;
	uint32_t flags;      /* file_flag; */
	uint32_t epoch;      /* of the terminal when it was opened */
	bool is_open;
	bool is_master;
	bool is_young;       /* nobody has used it yet */
	struct terminal *terminal;
	uint64_t listener;
	struct file *next_free;
};

extern kn_cap file_endpoint;

/* Answers that reached nobody leave files without copies and without ORPHAN: they end, and perhaps their terminals. Before one is looked up. */
void file_sweep(void);
[[nodiscard]] kn_status file_create(struct terminal *terminal, bool is_master, uint32_t flags, struct file **made);
struct file *file_by_badge(kn_word badge);
void file_orphan(kn_word badge);

/* Was the terminal hung up since this was opened, or has its master gone? */
static inline bool file_is_hung_up(const struct file *file)
{
	return file->epoch != file->terminal->epoch || (file->terminal->is_pty && !file->terminal->has_master);
}
