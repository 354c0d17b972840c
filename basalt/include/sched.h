/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling: what there is of it is yielding and affinity counts. */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_timespec.h>
#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_IDLE 5
struct sched_param {
	int sched_priority;
};
typedef struct {
	unsigned long __bits[16];
} cpu_set_t;
#define CPU_SETSIZE 1024
#define CPU_ZERO(s) __builtin_memset((s), 0, sizeof(cpu_set_t))
#define CPU_SET(c, s) ((void)((s)->__bits[(c) / 64] |= 1ul << (c) % 64))
#define CPU_CLR(c, s) ((void)((s)->__bits[(c) / 64] &= ~(1ul << (c) % 64)))
#define CPU_ISSET(c, s) ((s)->__bits[(c) / 64] >> (c) % 64 & 1)
#define CPU_COUNT(s) __sched_cpucount(s)
_BEGIN_STD_C
int sched_yield(void);
int sched_setscheduler(pid_t, int, const struct sched_param *);
int sched_getscheduler(pid_t);
int sched_getparam(pid_t, struct sched_param *);
int sched_get_priority_max(int);
int sched_get_priority_min(int);
int sched_getaffinity(pid_t, size_t, cpu_set_t *);
int __sched_cpucount(const cpu_set_t *);
_END_STD_C
