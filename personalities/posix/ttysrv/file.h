/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open terminals. As in vfs: one minted and watched capability per entry, used again by later files of the same terminal; ORPHAN ends the description.
 * Badge: its class, the terminal's device and the index. All other badges are processes (or units).
 */
#pragma once

#include "terminal.h"
#include "uapi/protocol/procmgr.h"

#define BADGE_FILE (PROCMGR_BADGE_CLASS_OPEN | PROCMGR_BADGE_CLASS_TERMINAL)
#define BADGE_DEVICE_SHIFT 32
#define BADGE_DEVICE_MASK 0xffffffu

struct file {
	kn_cap slot;
	kn_word badge;       /* of the capability there; 0: none */
	uint32_t index;
	uint32_t flags;      /* file_flag; */
	uint32_t epoch;      /* of the terminal when it was opened */
	uint32_t uid;        /* whose it is */
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
/* Of a user who is not 0: what each costs is this server's, and all are looked at in file_sweep(). */
#define FILES_PER_USER 4096
/* TOO_MANY_FILES: the user has as many as he may. */
[[nodiscard]] kn_status file_create(struct terminal *terminal, bool is_master, uint32_t flags, uint32_t uid, struct file **made);
struct file *file_by_badge(kn_word badge);
void file_orphan(kn_word badge);

/* Was the terminal hung up since this was opened, or has its master gone? */
static inline bool file_is_hung_up(const struct file *file)
{
	return file->epoch != file->terminal->epoch || (file->terminal->is_pty && !file->terminal->has_master);
}
