/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits, use and priorities. */
#include "../internal.h"

#include <sys/resource.h>

int getrlimit(int resource, struct rlimit *limit)
{
	return (int)result(sys_limit(0, resource, nullptr, limit));
}

int setrlimit(int resource, const struct rlimit *limit)
{
	return (int)result(sys_limit(0, resource, limit, nullptr));
}

int prlimit(pid_t pid, int resource, const struct rlimit *new_limit, struct rlimit *old_limit)
{
	return (int)result(sys_limit(pid, resource, new_limit, old_limit));
}

int getrusage(int who, struct rusage *usage)
{
	int64_t user, system;
	long pages;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD) {
		errno = EINVAL;
		return -1;
	}
	int error = sys_times(who == RUSAGE_SELF ? 0 : who == RUSAGE_CHILDREN ? 1 : 2, &user, &system, &pages);
	*usage = (struct rusage){.ru_utime = to_timeval(user), .ru_stime = to_timeval(system), .ru_maxrss = pages * 4};
	return (int)result(error);
}

int setpriority(int which, id_t who, int priority)
{
	int now;

	return (int)result(sys_priority(which, who, 1, priority, &now));
}

int getpriority(int which, id_t who)
{
	int now = 0;
	int error = sys_priority(which, who, 0, 0, &now);

	return error ? (int)result(error) : now;
}
