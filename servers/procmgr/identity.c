/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who a process is: process group, session, user and group ids. A change is written to the table entry, which servers read, and to the
 * process's own page, which the process reads.
 */
#include "calls.h"
#include "client/mmsrv.h"
#include "objects.h"
#include "trona/string.h"
#include "user.h"

#define UNCHANGED 0xffffffffu

static void set_group(struct process *process, uint32_t group)
{
	process_entry_begin(process);
	process->entry->group = group;
	process_entry_end(process);
	process->page->group = group;
}

kn_status on_set_group(struct server_call *call, uint32_t pid, uint32_t group)
{
	CALLER(caller);
	struct process *target = pid ? process_by_pid(pid) : caller;

	if (!target || !is_alive(target) || (target != caller && target->parent != caller))
		return KN_E_NO_PROCESS;
	if (group == 0)
		group = target->entry->pid;
	if (group > INT32_MAX)
		return KN_E_INVALID_ARG;
	if (target->entry->session != caller->entry->session || target->is_leader)
		return KN_E_PERMISSION;
	if (target != caller && target->has_execed)
		return KN_E_ACCESS;
	if (group != target->entry->pid && !group_exists(group, target->entry->session))
		return KN_E_PERMISSION;
	set_group(target, group);
	return KN_OK;
}

kn_status on_new_session(struct server_call *call, uint32_t *session)
{
	CALLER(caller);
	uint32_t pid = caller->entry->pid;

	for (struct process *p = process_next(nullptr); p; p = process_next(p))
		if (p->entry->group == pid)
			return KN_E_PERMISSION;
	process_entry_begin(caller);
	caller->entry->session = pid;
	caller->entry->terminal = 0;
	process_entry_end(caller);
	caller->page->session = pid;
	caller->is_leader = true;
	set_group(caller, pid);
	*session = pid;
	return KN_OK;
}

kn_status on_ids(struct server_call *call, uint32_t pid, uint32_t *parent, uint32_t *group, uint32_t *session)
{
	CALLER(caller);
	struct process *target = pid ? process_by_pid(pid) : caller;

	if (!target)
		return KN_E_NO_PROCESS;
	*parent = target->entry->parent;
	*group = target->entry->group;
	*session = target->entry->session;
	return KN_OK;
}

/* May an unprivileged process take `id`, given the three it has? */
static bool may_become(uint32_t id, uint32_t real, uint32_t effective, uint32_t saved)
{
	return id == UNCHANGED || id == real || id == effective || id == saved;
}

static void publish_ids(struct process *process)
{
	const struct procmgr_process_entry *entry = process->entry;

	process->page->uid = entry->uid;
	process->page->euid = entry->euid;
	process->page->suid = entry->suid;
	process->page->gid = entry->gid;
	process->page->egid = entry->egid;
	process->page->sgid = entry->sgid;
}

kn_status on_set_users(struct server_call *call, uint32_t real, uint32_t effective, uint32_t saved)
{
	CALLER(caller);
	struct procmgr_process_entry *entry = caller->entry;

	if (entry->euid != 0 && (!may_become(real, entry->uid, entry->euid, entry->suid) ||
				    !may_become(effective, entry->uid, entry->euid, entry->suid) ||
				    !may_become(saved, entry->uid, entry->euid, entry->suid)))
		return KN_E_PERMISSION;
	if (real != UNCHANGED) {
		kn_status status = mmsrv_set_user(services.mmsrv, caller->memory_id, real);

		if (status != KN_OK)
			return status;
		status = user_enter(caller, real);
		if (status != KN_OK) {
			(void)mmsrv_set_user(services.mmsrv, caller->memory_id, entry->uid);
			return status;
		}
	}
	process_entry_begin(caller);
	entry->uid = real == UNCHANGED ? entry->uid : real;
	entry->euid = effective == UNCHANGED ? entry->euid : effective;
	entry->suid = saved == UNCHANGED ? entry->suid : saved;
	process_entry_end(caller);
	publish_ids(caller);
	return KN_OK;
}

kn_status on_set_groups(struct server_call *call, uint32_t real, uint32_t effective, uint32_t saved)
{
	CALLER(caller);
	struct procmgr_process_entry *entry = caller->entry;

	if (entry->euid != 0 && (!may_become(real, entry->gid, entry->egid, entry->sgid) ||
				    !may_become(effective, entry->gid, entry->egid, entry->sgid) ||
				    !may_become(saved, entry->gid, entry->egid, entry->sgid)))
		return KN_E_PERMISSION;
	process_entry_begin(caller);
	entry->gid = real == UNCHANGED ? entry->gid : real;
	entry->egid = effective == UNCHANGED ? entry->egid : effective;
	entry->sgid = saved == UNCHANGED ? entry->sgid : saved;
	process_entry_end(caller);
	publish_ids(caller);
	return KN_OK;
}

kn_status on_set_supplementary(struct server_call *call, const void *groups, size_t groups_len)
{
	CALLER(caller);
	if (caller->entry->euid != 0)
		return KN_E_PERMISSION;
	if (groups_len % sizeof(uint32_t) || groups_len / sizeof(uint32_t) > PROCMGR_PROCESS_GROUPS)
		return KN_E_INVALID_ARG;
	process_entry_begin(caller);
	caller->entry->group_count = (uint32_t)(groups_len / sizeof(uint32_t));
	memcpy(caller->entry->groups, groups, groups_len);
	process_entry_end(caller);
	caller->page->group_count = caller->entry->group_count;
	memcpy(caller->page->groups, groups, groups_len);
	return KN_OK;
}
