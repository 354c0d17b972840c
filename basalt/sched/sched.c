/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling. */
#include "../internal.h"

#include <sched.h>
#include <unistd.h>
#include <string.h>
#include <sys/sysinfo.h>

int sched_yield(void)
{
	sys_yield();
	return 0;
}

/* One policy for every process; the others are asked for in vain. */
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *parameters)
{
	(void)pid;
	if (policy == SCHED_OTHER && parameters->sched_priority == 0)
		return SCHED_OTHER;
	errno = policy == SCHED_OTHER ? EINVAL : EPERM;
	return -1;
}

int sched_getscheduler(pid_t pid)
{
	(void)pid;
	return SCHED_OTHER;
}

int sched_getparam(pid_t pid, struct sched_param *parameters)
{
	(void)pid;
	parameters->sched_priority = 0;
	return 0;
}

int sched_get_priority_max(int policy)
{
	return policy == SCHED_OTHER ? 0 : (int)result(-EINVAL);
}

int sched_get_priority_min(int policy)
{
	return policy == SCHED_OTHER ? 0 : (int)result(-EINVAL);
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	(void)pid;
	memset(set, 0, size);
	for (int i = 0, count = get_nprocs(); i < count && (size_t)i / 8 < size; i++)
		CPU_SET(i, set);
	return 0;
}

int __sched_cpucount(const cpu_set_t *set)
{
	int count = 0;

	for (size_t i = 0; i < sizeof set->__bits / sizeof set->__bits[0]; i++)
		count += __builtin_popcountl(set->__bits[i]);
	return count;
}
