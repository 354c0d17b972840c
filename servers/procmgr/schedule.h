/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX scheduling of threads on kernite's scheduling contexts (docs/threads-and-scheduling.md says what each policy means).
 *
 * OTHER: best effort, all at one priority, shares by nice value. FIFO and RR: best effort at priorities of their own between ordinary programs and the
 * servers, which are therefore never kept waiting. As a thread of high priority that never sleeps would be the end of all others on its
 * CPU, those that left less than a twentieth of a second's CPU time go behind everybody else for a twentieth. DEADLINE: a reservation, which the kernel admits or not.
 */
#pragma once

#include "process.h"

/* Priorities of ordinary threads; those of a crowd (user.h); of FIFO and RR the ones right above the ordinary ones. */
#define SCHEDULE_ORDINARY 50
#define SCHEDULE_CROWD 30
#define SCHEDULE_REAL_TIME_MAX 99

/* Once, before anything else here. */
kn_status schedule_init(void);
/* Give a thread what its policy, its process's nice value and its user say. Fails for DEADLINE only (QUOTA: more than there is). */
kn_status schedule_apply(struct process *process, struct thread *thread);
/* All threads, of which none becomes DEADLINE by it. */
void schedule_apply_all(struct process *process);
/* A thread becomes as `maker` of process `from` is: policy, unless it says not so, and CPUs. QUOTA: DEADLINE cannot be had twice. */
kn_status schedule_inherit(struct process *process, struct thread *thread, const struct process *from, const struct thread *maker);
/* What posix_spawn was asked to change of that in a child that has not begun yet, as its parent may. */
kn_status schedule_spawned(const struct process *parent, struct process *child, const struct procmgr_spawn_args *args);
/* Can a thread have children and further threads? Not with a reservation, which cannot be had twice. */
bool schedule_may_fork(const struct thread *thread);
/* When schedule_run() is wanted next (KN_TIME_FOREVER: never), and what keeps FIFO and RR from having it all. */
kn_time schedule_next(void);
void schedule_run(kn_time now);
