/* SPDX-License-Identifier: BSD-2-Clause */
/* See process_table.h. */
#include "trona/process_table.h"

#include <stdatomic.h>

#include "trona/string.h"

static const struct procmgr_process_entry *entries;
static uint64_t entry_count;
static const struct procmgr_process_usage *usage;

void process_table_set(const struct procmgr_process_entry *table, uint64_t count)
{
	entries = table;
	entry_count = count;
}

void process_usage_set(const struct procmgr_process_usage *page)
{
	usage = page;
}

struct procmgr_process_usage process_usage(void)
{
	return usage != nullptr ? *usage : (struct procmgr_process_usage){};
}

uint64_t process_table_size(void)
{
	return entry_count;
}

const struct procmgr_process_entry *process_table_at(uint64_t index)
{
	return index < entry_count ? &entries[index] : nullptr;
}

uint32_t process_table_begin(const struct procmgr_process_entry *entry)
{
	return atomic_load_explicit((const _Atomic uint32_t *)&entry->sequence, memory_order_acquire);
}

bool process_table_changed(const struct procmgr_process_entry *entry, uint32_t sequence)
{
	atomic_thread_fence(memory_order_acquire);
	return (sequence & 1) != 0 ||
	       atomic_load_explicit((const _Atomic uint32_t *)&entry->sequence, memory_order_relaxed) != sequence;
}

bool process_read(uint64_t index, struct procmgr_process_entry *copy)
{
	const struct procmgr_process_entry *entry = process_table_at(index);

	for (unsigned tries = 0; entry != nullptr && tries < PROCESS_READ_TRIES; tries++) {
		uint32_t sequence = process_table_begin(entry);

		memcpy(copy, entry, sizeof *copy);
		if (!process_table_changed(entry, sequence))
			return copy->state != PROCMGR_PROCESS_STATE_FREE && copy->pid != 0;
	}
	return false;
}

bool process_read_badge(kn_word badge, struct procmgr_process_entry *copy)
{
	return process_read(badge & PROCMGR_PROCESS_INDEX_MASK, copy) && copy->generation == badge >> 32;
}

bool process_find(uint32_t pid, uint64_t *index)
{
	for (uint64_t i = 0; i < entry_count && pid != 0; i++) {
		if (entries[i].pid == pid && entries[i].state != PROCMGR_PROCESS_STATE_FREE) {
			*index = i;
			return true;
		}
	}
	return false;
}
