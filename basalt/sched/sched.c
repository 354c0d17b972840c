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
