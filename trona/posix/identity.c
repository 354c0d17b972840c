/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the process is: read from its page; changed by asking procmgr. */

#include "posix.h"

#include "client/procmgr.h"

pid_t sys_getpid(void)
{
	return (pid_t)process.page->pid;
}

pid_t sys_getppid(void)
{
	return (pid_t)((const volatile struct procmgr_process_page *)process.page)->parent;
}

int sys_ids(pid_t pid, pid_t *parent, pid_t *group, pid_t *session)
{
	const volatile struct procmgr_process_page *page = process.page;
	uint32_t p = page->parent, g = page->group, s = page->session;
	kn_status status = KN_OK;

	if (pid < 0)
		return -ESRCH;
	if (pid != 0 && (uint32_t)pid != page->pid)
		status = PERSIST(procmgr_ids(SLOT(PROCMGR), (uint32_t)pid, &p, &g, &s));
	if (status == KN_OK) {
		if (parent)
			*parent = (pid_t)p;
		if (group)
			*group = (pid_t)g;
		if (session)
			*session = (pid_t)s;
	}
	return to_errno(status);
}

int sys_set_group(pid_t pid, pid_t group)
{
	if (pid < 0 || group < 0)
		return pid < 0 ? -ESRCH : -EINVAL;
	return to_errno(PERSIST(procmgr_set_group(SLOT(PROCMGR), (uint32_t)pid, (uint32_t)group)));
}

int sys_new_session(void)
{
	uint32_t session = 0;
	kn_status status = PERSIST(procmgr_new_session(SLOT(PROCMGR), &session));

	return status == KN_OK ? (int)session : to_errno(status);
}

void sys_users(uid_t ids[3])
{
	ids[0] = process.page->uid;
	ids[1] = process.page->euid;
	ids[2] = process.page->suid;
}

void sys_groups(gid_t ids[3])
{
	ids[0] = process.page->gid;
	ids[1] = process.page->egid;
	ids[2] = process.page->sgid;
}

int sys_set_users(uid_t real, uid_t effective, uid_t saved)
{
	return to_errno(PERSIST(procmgr_set_users(SLOT(PROCMGR), real, effective, saved)));
}

int sys_set_groups(gid_t real, gid_t effective, gid_t saved)
{
	return to_errno(PERSIST(procmgr_set_groups(SLOT(PROCMGR), real, effective, saved)));
}

int sys_set_supplementary(size_t count, const gid_t *groups)
{
	if (count > PROCMGR_PROCESS_GROUPS)
		return process.page->euid == 0 ? -EINVAL : -EPERM;
	return to_errno(PERSIST(procmgr_set_supplementary(SLOT(PROCMGR), groups, count * sizeof *groups)));
}

int sys_supplementary(size_t room, gid_t *groups)
{
	const volatile struct procmgr_process_page *page = process.page;
	uint32_t count = page->group_count;

	if (room == 0)
		return (int)count;
	if (room < count)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++)
		groups[i] = page->groups[i];
	return (int)count;
}

int sys_limit(pid_t pid, int resource, const struct rlimit *new_limit, struct rlimit *old_limit)
{
	struct procmgr_limit old = {}, new = {};

	if (new_limit && new_limit->rlim_cur > new_limit->rlim_max)
		return -EINVAL;
	if (new_limit)
		new = (struct procmgr_limit){.current = new_limit->rlim_cur, .maximum = new_limit->rlim_max};
	kn_status status =
	    PERSIST(procmgr_limit(SLOT(PROCMGR), (uint32_t)pid, (uint32_t)resource, new_limit != nullptr, &new, &old));
	if (status != KN_OK)
		return to_errno(status);
	if (old_limit)
		*old_limit = (struct rlimit){.rlim_cur = old.current, .rlim_max = old.maximum};
	return 0;
}

int sys_priority(int which, id_t id, int how, int value, int *nice)
{
	int32_t now;
	kn_status status = PERSIST(procmgr_priority(SLOT(PROCMGR), (uint32_t)which, id, (uint32_t)how, value, &now));

	if (status == KN_OK)
		*nice = now;
	return to_errno(status);
}
