/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs. The system has 64 at most: one word of a set. */
#include "../internal.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	uint64_t cpus = 0;

	if (pid < 0)
		return (int)result(-EINVAL);
	memcpy(&cpus, set, size < sizeof cpus ? size : sizeof cpus);
	return (int)result(sys_set_affinity(pid, cpus));
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	uint64_t cpus = 0;
	int error = pid < 0 || size < sizeof cpus || size % sizeof cpus ? -EINVAL : sys_get_affinity(pid, &cpus);

	if (error)
		return (int)result(error);
	memset(set, 0, size);
	memcpy(set, &cpus, sizeof cpus);
	return 0;
}

int sched_getcpu(void)
{
	return (int)result(sys_cpu());
}

int getcpu(unsigned *cpu, unsigned *node)
{
	int number = sched_getcpu();

	if (number < 0)
		return -1;
	if (cpu)
		*cpu = (unsigned)number;
	if (node)
		*node = 0;
	return 0;
}

int __sched_cpucount(size_t size, const cpu_set_t *set)
{
	int count = 0;

	for (size_t i = 0; i < size / sizeof set->__bits[0]; i++)
		count += __builtin_popcountl(set->__bits[i]);
	return count;
}

cpu_set_t *__sched_cpualloc(size_t count)
{
	return malloc(CPU_ALLOC_SIZE(count));
}

void __sched_cpufree(cpu_set_t *set)
{
	free(set);
}
