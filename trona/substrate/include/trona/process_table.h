/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the process table that procmgr shares read-only (procmgr.table), for servers that need to know who a caller is. A reader retries
 * while the writer is in an entry; the writer never waits for anybody, so this ends.
 */
#pragma once

#include "uapi/error.h"
#include "uapi/protocol/procmgr.h"

/* Gets the table through `procmgr` (role "table") and maps it. notification: as in procmgr.table, or none. */
[[nodiscard]] kn_status process_table_open(kn_cap procmgr, kn_cap notification);
/* What procmgr holds; all 0 without a table. */
struct procmgr_process_usage process_usage(void);
void process_usage_set(const struct procmgr_process_usage *usage);
/* The table is at `entries` (tests). */
void process_table_set(const struct procmgr_process_entry *entries, uint64_t count);
uint64_t process_table_size(void);
/* A consistent copy of entry `index`; false when it is free or out of range. */
bool process_read(uint64_t index, struct procmgr_process_entry *entry);
/* The same for the process behind a badge; false: it is gone. */
bool process_read_badge(kn_word badge, struct procmgr_process_entry *entry);
/* The index of a process id; false: there is none. */
bool process_find(uint32_t pid, uint64_t *index);
/* For readers of single fields: begin, read, and begin again if it changed. Odd: being written. */
const struct procmgr_process_entry *process_table_at(uint64_t index);
uint32_t process_table_begin(const struct procmgr_process_entry *entry);
bool process_table_changed(const struct procmgr_process_entry *entry, uint32_t sequence);

#define PROCESS_READ_TRIES 1000 /* a writer that died inside an entry must not stop its readers */
