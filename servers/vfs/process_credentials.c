/* SPDX-License-Identifier: BSD-2-Clause */
/* See process_credentials.h. On the path of every call that has a path in it: only the fields that checks need are copied. */
#include "process_credentials.h"

#include "lock.h"
#include "trona/process_table.h"
#include "trona/start.h"

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
	if (badge & KN_BADGE_UNIT) {
		*who = (struct credentials){};
		return KN_OK;
	}
	const struct procmgr_process_entry *entry = process_table_at(badge & PROCMGR_PROCESS_INDEX_MASK);

	for (unsigned tries = 0; entry != nullptr && tries < PROCESS_READ_TRIES; tries++) {
		uint32_t sequence = process_table_begin(entry), generation = entry->generation;

		copy_credentials(entry, who);
		if (!process_table_changed(entry, sequence))
			return generation == badge >> 32 ? KN_OK : KN_E_NO_PROCESS;
	}
	return KN_E_NO_PROCESS;
}

bool lock_owner_lives(kn_word badge)
{
	struct procmgr_process_entry entry;

	return process_read_badge(badge, &entry) && entry.state != PROCMGR_PROCESS_STATE_ZOMBIE;
}
