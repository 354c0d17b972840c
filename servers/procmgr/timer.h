/* SPDX-License-Identifier: BSD-2-Clause */
/* setitimer and sigtimedwait: what procmgr waits for besides messages. */
#pragma once

#include "process.h"

enum timer_number : unsigned { TIMER_REAL = 0, TIMER_VIRTUAL = 1, TIMER_PROFILING = 2, TIMER_COUNT = 3 };

kn_status timer_set(struct process *process, uint32_t which, const struct procmgr_interval *new,
    struct procmgr_interval *old);
kn_status timer_get(struct process *process, uint32_t which, struct procmgr_interval *now);
void timer_disarm(struct process *process);
/* Keep a sigtimedwait's deadline in mind. */
void timer_note_deadline(kn_time deadline);
/* When timer_run() is wanted next (KN_TIME_FOREVER: never). */
kn_time timer_next(void);
/* Fire what is due. */
void timer_run(kn_time now);
