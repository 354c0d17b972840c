/* SPDX-License-Identifier: BSD-2-Clause */
/* See process_table.h. */
#include "process_table.h"

#include <stdatomic.h>

#include "lock.h"
#include "trona/start.h"
#include "trona/string.h"

#define READ_TRIES 1000 /* a writer that died inside an entry must not stop us */

static const struct procmgr_process_entry *entries;
static uint64_t entry_count;

void process_table_set(const struct procmgr_process_entry *table, uint64_t count)
{
	entries = table;
	entry_count = count;
}

uint64_t process_table_size(void)
{
	return entry_count;
}

static uint32_t begin(const struct procmgr_process_entry *entry)
{
	return atomic_load_explicit((const _Atomic uint32_t *)&entry->sequence, memory_order_acquire);
}

static bool has_changed(const struct procmgr_process_entry *entry, uint32_t sequence)
{
	atomic_thread_fence(memory_order_acquire);
	return (sequence & 1) != 0 ||
	       atomic_load_explicit((const _Atomic uint32_t *)&entry->sequence, memory_order_relaxed) != sequence;
}

static void copy_credentials(const struct procmgr_process_entry *entry, struct credentials *who)
{
	who->uid = entry->euid;
	who->gid = entry->egid;
	who->real_uid = entry->uid;
	who->real_gid = entry->gid;
	who->pid = entry->pid;
	who->group_count = entry->group_count <= CREDENTIALS_GROUPS ? entry->group_count : 0;
	for (uint32_t i = 0; i < who->group_count; i++)
		who->groups[i] = entry->groups[i];
}

kn_status process_credentials(kn_word badge, struct credentials *who)
{
	uint64_t index = badge & PROCMGR_PROCESS_INDEX_MASK;

	if (badge & KN_BADGE_UNIT) {
		*who = (struct credentials){};
		return KN_OK;
	}
	if (index >= entry_count)
		return KN_E_NO_PROCESS;
	const struct procmgr_process_entry *entry = &entries[index];

	for (unsigned tries = 0; tries < READ_TRIES; tries++) {
		uint32_t sequence = begin(entry), generation = entry->generation;

		copy_credentials(entry, who);
		if (!has_changed(entry, sequence))
			return generation == badge >> 32 ? KN_OK : KN_E_NO_PROCESS;
	}
	return KN_E_NO_PROCESS;
}

bool process_read(uint64_t index, struct procmgr_process_entry *copy)
{
	if (index >= entry_count)
		return false;
	for (unsigned tries = 0; tries < READ_TRIES; tries++) {
		uint32_t sequence = begin(&entries[index]);

		memcpy(copy, &entries[index], sizeof *copy);
		if (!has_changed(&entries[index], sequence))
			return copy->state != PROCMGR_PROCESS_STATE_FREE && copy->pid != 0;
	}
	return false;
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

bool lock_owner_lives(uint32_t owner)
{
	uint64_t index;

	return process_find(owner, &index) && entries[index].state != PROCMGR_PROCESS_STATE_ZOMBIE;
}
