/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads of a process. The first one is part of struct process and of the process pages. All others are in blocks, made when the
 * first thread of a block is: a memory object with a page of records (signal_thread) and a page of IPC buffer for each thread. So a process
 * with one thread pays nothing for the others, and one with two pays for what it touches. Blocks stay until exec or the end.
 *
 * Numbers count from 0 here and from 1 in the protocol. Number n is entry n % PROCESS_THREAD_BLOCK of its block; the entry of number 0 stays free.
 */
#pragma once

#include <stdint.h>

#include "uapi/error.h"
#include "uapi/protocol/procmgr.h"
#include "uapi/types.h"

#define THREAD_BLOCK PROCMGR_PROCESS_THREAD_BLOCK
#define THREAD_BLOCKS (PROCMGR_PROCESS_THREADS_MAX / THREAD_BLOCK)

struct process;

/* What a scheduling context has been given: sched_context.configure, tcb.set_priority. */
struct schedule_parameters {
	uint64_t budget, period, deadline;
	uint32_t flags, priority;
};

/* How a thread is scheduled (schedule.h). All zero: as programs begin. */
struct schedule {
	struct procmgr_schedule asked; /* but nice, which is the process's */
	struct schedule_parameters given;
	uint64_t cpus;     /* it may run on; 0: all */
	uint32_t bound;    /* the one of them it is bound to, from 1; 0: none */
	uint64_t consumed; /* CPU time at the last look */
	bool is_held;      /* lets the others run for a while */
};

struct thread {
	kn_cap tcb; /* 0: free entry */
	struct schedule schedule;
	kn_cap sched_context;
	uint64_t tcb_handle;
	uint64_t sched_handle;
	struct procmgr_signal_thread *record; /* as we see it */
	uint32_t number;
	uint32_t tries;  /* at that */
	uint64_t missed; /* where it last missed a page while there was memory (pressure.h) */
	bool is_stopped; /* suspended by a stop signal */
};

/* Thread `number`, or null. Any number may be asked. */
struct thread *thread_find(struct process *process, uint32_t number);
/* The live thread with the lowest number from `number` on, or null. */
struct thread *thread_from(struct process *process, uint32_t number);

#define for_each_thread(thread, process)                                             \
	for (struct thread *thread = thread_from((process), 0); thread != nullptr; \
	     thread = thread_from((process), thread->number + 1))

/* A further thread with the lowest free number; not running. QUOTA: there is none. */
[[nodiscard]] kn_status thread_create(struct process *process, struct thread **created);
/* Any thread but the first. */
void thread_destroy(struct process *process, struct thread *thread);
/* One that never ran, as if it had never been. */
void thread_discard(struct process *process, struct thread *thread);
/* All but the first, with their blocks; for exec. */
void thread_destroy_further(struct process *process);
/* The slots and memory of all, after the account that paid for the objects has been destroyed. */
void thread_forget_all(struct process *process);
/* The first thread, of a process whose other objects are there. */
[[nodiscard]] kn_status thread_create_first(struct process *process);

/* Which page of which object is the thread's IPC buffer, and where the process sees it and the record. */
struct thread_place {
	kn_cap object;
	uint64_t page;
	uint64_t ipc;
	uint64_t record;
};
struct thread_place thread_place(const struct process *process, const struct thread *thread);
/* Is the thread at the very beginning or end of an upcall, where no other can be delivered to it? Its IPC buffer tells. */
bool thread_blocks_upcalls(const struct process *process, const struct thread *thread);
/* Our view of the 32-bit word that the process sees at `address` in its records or signal page; null: it is not there. */
uint32_t *thread_shared_word(struct process *process, uint64_t address);
/* Is the region at `address` a block's? */
bool thread_owns_region(const struct process *process, uint64_t address);
