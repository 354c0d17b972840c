/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals that wait behind a pending one of the same number, each with its value. The first of them is pending in the
 * signal page like any other; the process that has taken it sees in the page's `backlog` that there are more, and asks for the next. So who
 * gets no second one pays for nothing, and a process that lies there only harms its own signals.
 */
#pragma once

#include "process.h"

/* Is one with that number waiting? */
bool signal_queue_has(const struct process *process, uint32_t signal);
/* Behind all others. QUOTA: PROCESS_BACKLOG of them wait, or there is no memory. */
[[nodiscard]] kn_status signal_queue_add(struct process *process, const struct procmgr_signal_record *record);
/* The oldest becomes pending, unless one is. */
void signal_queue_next(struct process *process, uint32_t signal);
/* Forget those in `signals` (bit signal-1). */
void signal_queue_drop(struct process *process, uint64_t signals);
/* Forget all: the process ends. */
void signal_queue_end(struct process *process);
