/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling: policies, CPUs. Numbers and layouts are Linux's. What a policy means here: docs/threads-and-scheduling.md.
 */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_timespec.h>
#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_IDLE 5
#define SCHED_DEADLINE 6
#define SCHED_RESET_ON_FORK 0x40000000
#define SCHED_FLAG_RESET_ON_FORK 1
struct sched_param {
	int sched_priority;
};
/* Of sched_setattr. Times in ns. */
struct sched_attr {
	__uint32_t size;
	__uint32_t sched_policy;
	__uint64_t sched_flags;
	__int32_t sched_nice;
	__uint32_t sched_priority;
	__uint64_t sched_runtime;
	__uint64_t sched_deadline;
	__uint64_t sched_period;
	__uint32_t sched_util_min;
	__uint32_t sched_util_max;
};
#define SCHED_ATTR_SIZE_VER0 48
#define SCHED_ATTR_SIZE_VER1 56

typedef unsigned long __cpu_mask;
#define __NCPUBITS 64
typedef struct {
	__cpu_mask __bits[16];
} cpu_set_t;
#define CPU_SETSIZE 1024
#define CPU_ALLOC_SIZE(count) (((size_t)(count) + 63) / 64 * sizeof(__cpu_mask))
#define CPU_ALLOC(count) __sched_cpualloc(count)
#define CPU_FREE(set) __sched_cpufree(set)
#define __CPU_IS_IN(c, size) ((size_t)(c) < 8 * (size_t)(size))
#define __CPU_WORD(c, s) (((__cpu_mask *)(s))[(size_t)(c) / 64])
#define __CPU_BIT(c) ((__cpu_mask)1 << (size_t)(c) % 64)
#define CPU_ZERO_S(size, s) ((void)__builtin_memset((s), 0, (size)))
#define CPU_SET_S(c, size, s) (__CPU_IS_IN(c, size) ? __CPU_WORD(c, s) |= __CPU_BIT(c) : 0)
#define CPU_CLR_S(c, size, s) (__CPU_IS_IN(c, size) ? __CPU_WORD(c, s) &= ~__CPU_BIT(c) : 0)
#define CPU_ISSET_S(c, size, s) (__CPU_IS_IN(c, size) ? (__CPU_WORD(c, s) & __CPU_BIT(c)) != 0 : 0)
#define CPU_COUNT_S(size, s) __sched_cpucount((size), (s))
#define CPU_EQUAL_S(size, a, b) (__builtin_memcmp((a), (b), (size)) == 0)
#define __CPU_EACH(size, to, a, op, b) \
	do { \
		for (size_t __i = 0; __i < (size) / sizeof(__cpu_mask); __i++) \
			(to)->__bits[__i] = (a)->__bits[__i] op (b)->__bits[__i]; \
	} while (0)
#define CPU_AND_S(size, to, a, b) __CPU_EACH(size, to, a, &, b)
#define CPU_OR_S(size, to, a, b) __CPU_EACH(size, to, a, |, b)
#define CPU_XOR_S(size, to, a, b) __CPU_EACH(size, to, a, ^, b)
#define CPU_ZERO(s) CPU_ZERO_S(sizeof(cpu_set_t), s)
#define CPU_SET(c, s) CPU_SET_S(c, sizeof(cpu_set_t), s)
#define CPU_CLR(c, s) CPU_CLR_S(c, sizeof(cpu_set_t), s)
#define CPU_ISSET(c, s) CPU_ISSET_S(c, sizeof(cpu_set_t), s)
#define CPU_COUNT(s) CPU_COUNT_S(sizeof(cpu_set_t), s)
#define CPU_EQUAL(a, b) CPU_EQUAL_S(sizeof(cpu_set_t), a, b)
#define CPU_AND(to, a, b) CPU_AND_S(sizeof(cpu_set_t), to, a, b)
#define CPU_OR(to, a, b) CPU_OR_S(sizeof(cpu_set_t), to, a, b)
#define CPU_XOR(to, a, b) CPU_XOR_S(sizeof(cpu_set_t), to, a, b)
_BEGIN_STD_C
int sched_yield(void);
int sched_setscheduler(pid_t, int, const struct sched_param *);
int sched_getscheduler(pid_t);
int sched_setparam(pid_t, const struct sched_param *);
int sched_getparam(pid_t, struct sched_param *);
int sched_get_priority_max(int);
int sched_get_priority_min(int);
int sched_rr_get_interval(pid_t, struct timespec *);
int sched_setattr(pid_t, struct sched_attr *, unsigned);
int sched_getattr(pid_t, struct sched_attr *, unsigned, unsigned);
int sched_setaffinity(pid_t, size_t, const cpu_set_t *);
int sched_getaffinity(pid_t, size_t, cpu_set_t *);
int sched_getcpu(void);
int getcpu(unsigned *, unsigned *);
int __sched_cpucount(size_t, const cpu_set_t *);
cpu_set_t *__sched_cpualloc(size_t);
void __sched_cpufree(cpu_set_t *);
_END_STD_C
