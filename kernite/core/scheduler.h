/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs. 256 priorities, a run queue a CPU, round robin among equals with the SchedContext's
 * budget as slice. The current thread is in no run queue. Together with object/tcb.c this is the
 * only code that changes a thread's state.
 *
 * A thread blocks by thread_block() and is let go by thread_wake(); neither switches:
 * scheduler_exit(), called at the end of every kernel entry, does.
 */
#pragma once

#include "arch_switch.h"
#include "core/cpu.h"
#include "core/fpu.h"
#include "core/trace.h"
#include "object/sched_context.h"
#include "object/tcb.h"
#include "object/upcall.h"

/* Before anything else on a CPU: empty run queue, its idle thread current. */
void scheduler_init_cpu(struct cpu *cpu, unsigned index);

/* The current thread stops being ready; the caller links it to what it waits for. Arms the deadline
 * unless KN_TIME_FOREVER. */
void thread_block(struct tcb *thread, enum thread_state state, kn_time deadline);
/* A thread that waits for nothing any more (unlinked, deadline removed) becomes ready, wherever it
 * is best placed. */
void thread_wake(struct tcb *thread);
/* The same, on this CPU if its affinity allows: for the partner of a rendezvous, next among its
 * equals. */
void thread_wake_here(struct tcb *thread);
/*
 * End whatever the thread waits for with `status` in its result register (faults: none; they are
 * tried again). It is in no queue afterwards; its state is THREAD_INACTIVE and the caller decides
 * what follows. A server that holds its reply object gets CANCEL.
 */
void thread_cancel_wait(struct tcb *thread, kn_status status);
/* Keep a thread from running; a wait goes on. false: it still runs on some CPU, as for
 * thread_halt(). */
[[nodiscard]] bool thread_suspend(struct tcb *thread);
/* Stop a thread: suspended, waiting for nothing. false: it still runs on some CPU (which has been
 * told); try again after a restart. */
[[nodiscard]] bool thread_halt(struct tcb *thread);
/* Make a halted thread ready. */
void thread_start(struct tcb *thread);
void thread_set_priority(struct tcb *thread, uint8_t priority);
void thread_set_affinity(struct tcb *thread, uint16_t affinity);
/* Does some CPU run it? */
static inline bool thread_is_current(const struct tcb *thread)
{
	return cpus[thread->cpu].current == thread;
}

/* The CPU that runs the thread shall enter the kernel (upcall, suspension). */
void thread_poke(struct tcb *thread);

/* The current thread gives up its slice. */
void scheduler_yield(void);
/* From `from` (current), which is accounted for, to `to` (ready, in no queue) on this CPU. Inline
 * for the fast path. */
[[gnu::always_inline]] static inline void scheduler_switch(
    struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	uint64_t now = arch_cycles(), used = now - cpu->accounted;

	cpu->accounted = now;
	from->cycles += used;
	if (from->sched_context)
		from->sched_context->consumed += used;
	cpu->current = to;
	to->cpu = (uint16_t)cpu->index;
	if (from->vspace != to->vspace)
		kernel_stats.space_switches++;
	trace_often(TRACE_SWITCH, (uint64_t)from, (uint64_t)to, from->state, 0);
	fpu_switch(cpu, from, to);
	arch_switch(cpu, from, to);
}
/* The hardware timer fired: slices and lingering threads; arms what is left of both. */
void scheduler_tick(struct cpu *cpu, kn_time now);
/* Choose and switch until nobody asks for another choice, arm the timer. */
void scheduler_choose(struct cpu *cpu);
/* Choose if that is asked for, deliver upcalls: the last thing of a kernel entry, with the lock
 * held. */
[[gnu::always_inline]] static inline void scheduler_exit(struct cpu *cpu)
{
	if (cpu->reschedule)
		scheduler_choose(cpu);
	if (__builtin_expect(cpu->current->exit_work, 0))
		upcall_deliver(cpu->current);
}
/* Cycles that the thread runs since it was charged last (0 when it is not running). */
uint64_t scheduler_uncharged(const struct tcb *thread);
/* Arm the hardware for `deadline` unless it is armed for something earlier. */
void scheduler_arm(struct cpu *cpu, kn_time deadline);
/* debug.check(): the run queues; returns the number of threads in them. */
uint64_t scheduler_check(void);
