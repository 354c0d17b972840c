/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procmgr's process table, which it shares read-only: who a caller is, and what /proc tells. A reader retries while the writer
 * is in an entry; the writer never waits for anybody, so this ends.
 */
#pragma once

#include "credentials.h"
#include "uapi/protocol/procmgr.h"

/* The table at `entries`. */
void process_table_set(const struct procmgr_process_entry *entries, uint64_t count);
/* Of the process behind a badge; units of the system (bit 63) are uid 0. NO_PROCESS. */
[[nodiscard]] kn_status process_credentials(kn_word badge, struct credentials *who);
/* A consistent copy of entry `index`; false when it is free or out of range. */
bool process_read(uint64_t index, struct procmgr_process_entry *entry);
/* The index of a process id; false: there is none. */
bool process_find(uint32_t pid, uint64_t *index);
uint64_t process_table_size(void);
