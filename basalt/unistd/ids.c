/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the process is. */
#include "../internal.h"

#include <limits.h>
#include <unistd.h>
#include <grp.h>

pid_t getpid(void)
{
	return sys_getpid();
}

pid_t getppid(void)
{
	return sys_getppid();
}

pid_t gettid(void)
{
	return sys_thread_number(sys_thread_self());
}

pid_t getpgid(pid_t pid)
{
	pid_t group;
	int error = sys_ids(pid, nullptr, &group, nullptr);

	return error ? (pid_t)result(error) : group;
}

pid_t getpgrp(void)
{
	return getpgid(0);
}

pid_t getsid(pid_t pid)
{
	pid_t session;
	int error = sys_ids(pid, nullptr, nullptr, &session);

	return error ? (pid_t)result(error) : session;
}

int setpgid(pid_t pid, pid_t group)
{
	return (int)result(sys_set_group(pid, group));
}

int setpgrp(void)
{
	return setpgid(0, 0);
}

pid_t setsid(void)
{
	return (pid_t)result(sys_new_session());
}

uid_t getuid(void)
{
	uid_t ids[3];

	sys_users(ids);
	return ids[0];
}

uid_t geteuid(void)
{
	uid_t ids[3];

	sys_users(ids);
	return ids[1];
}

gid_t getgid(void)
{
	gid_t ids[3];

	sys_groups(ids);
	return ids[0];
}

gid_t getegid(void)
{
	gid_t ids[3];

	sys_groups(ids);
	return ids[1];
}

int getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
	uid_t ids[3];

	sys_users(ids);
	*real = ids[0];
	*effective = ids[1];
	*saved = ids[2];
	return 0;
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
	gid_t ids[3];

	sys_groups(ids);
	*real = ids[0];
	*effective = ids[1];
	*saved = ids[2];
	return 0;
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return (int)result(sys_set_users(real, effective, saved));
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return (int)result(sys_set_groups(real, effective, saved));
}

/* POSIX: with privileges all three change. */
int setuid(uid_t uid)
{
	return geteuid() == 0 ? setresuid(uid, uid, uid) : setresuid((uid_t)-1, uid, (uid_t)-1);
}

int setgid(gid_t gid)
{
	return geteuid() == 0 ? setresgid(gid, gid, gid) : setresgid((gid_t)-1, gid, (gid_t)-1);
}

int seteuid(uid_t uid)
{
	return setresuid((uid_t)-1, uid, (uid_t)-1);
}

int setegid(gid_t gid)
{
	return setresgid((gid_t)-1, gid, (gid_t)-1);
}

int setreuid(uid_t real, uid_t effective)
{
	return setresuid(real, effective, real != (uid_t)-1 ? effective : (uid_t)-1);
}

int setregid(gid_t real, gid_t effective)
{
	return setresgid(real, effective, real != (gid_t)-1 ? effective : (gid_t)-1);
}

int issetugid(void)
{
	return 0; /* images never gain rights by exec */
}

int setgroups(size_t count, const gid_t *groups)
{
	return (int)result(sys_set_supplementary(count, groups));
}

/* The supplementary groups alone: whether the effective one is among them is up to who set them, as on Linux. */
int getgroups(int size, gid_t groups[])
{
	return (int)result(size < 0 ? -EINVAL : sys_supplementary((size_t)size, groups));
}
