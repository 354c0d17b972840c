/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs: reservations by deadline, then best-effort threads by priority and virtual deadline, on
 * budgets charged to scheduling contexts. The current thread is in no run queue. Together with
 * object/tcb.c this is the only code that changes a thread's state.
 *
 * A thread blocks by thread_block() and is let go by thread_wake(); neither switches:
 * scheduler_exit(), called at the end of every kernel entry, does.
 */
#pragma once

#include "arch_switch.h"
#include "core/cpu.h"
#include "core/fpu.h"
#include "core/trace.h"
#include "object/reply.h"
#include "object/sched_context.h"
#include "object/tcb.h"
#include "object/upcall.h"

/* The current thread stops being ready; the caller links it to what it waits for. Arms the deadline
 * unless KN_TIME_FOREVER. */
void thread_block(struct tcb *thread, enum thread_state state, kn_time deadline);
/* A thread that waits for nothing any more (unlinked, deadline removed) becomes ready, wherever it
 * is best placed. */
void thread_wake(struct tcb *thread);
/* The same, on this CPU if its affinity allows: for the partner of a rendezvous. */
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
/* With these from now on, and where they and its context say (a new period, for instance). */
void thread_reposition(struct tcb *thread, uint8_t priority, uint16_t affinity);
/* Does some CPU run it? */
static inline bool thread_is_current(const struct tcb *thread)
{
	return cpus[thread->cpu].current == thread;
}

/* The CPU that runs the thread shall enter the kernel (upcall, suspension). */
void thread_poke(struct tcb *thread);

/*
 * The thread runs on `context` from now on, and so does whoever works for it at the moment. Ends
 * where that is the case already, so a circle of servers that wait for each other ends too.
 */
void scheduler_run_on(struct tcb *thread, struct sched_context *context);

/* Lending (core/lending.c). The server that has just taken a call runs on the caller's context. */
void scheduler_donate(struct tcb *server);
/* The call is over, whatever has become of it: its server goes on with its own time. The caller is
 * still there. */
void scheduler_take_back(struct reply *reply);
/* The queued sender's context goes to the server it waits for, if it is the more urgent reservation.
 */
void scheduler_lend(struct tcb *sender, struct tcb *server);
/* The sender is in the queue no longer. */
void scheduler_end_loan(struct tcb *sender);
/* The thread serves nobody from now on. */
static inline void scheduler_go_home(struct tcb *thread)
{
	if (thread->donor)
		scheduler_take_back(thread->donor);
	if (thread->lender)
		scheduler_end_loan(thread->lender);
}
/* May the fast path switch to `to` on this context although the run queue is not empty? */
bool scheduler_is_next(const struct cpu *cpu, const struct tcb *to, const struct sched_context *context);

/* The current thread gives up the rest of its budget. */
void scheduler_yield(void);
/* Charge the current thread up to now. */
[[gnu::always_inline]] static inline void scheduler_charge(struct cpu *cpu, struct tcb *current)
{
	uint64_t now = arch_cycles(), used = now - cpu->accounted;

	cpu->accounted = now;
	current->cycles += used;
	current->sched_context->consumed += used;
}

/* From `from` (current), which is accounted for, to `to` (ready, in no queue) on this CPU. Inline
 * for the fast path. */
[[gnu::always_inline]] static inline void scheduler_switch(
    struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	cpu->current = to;
	to->cpu = (uint16_t)cpu->index;
	if (from->vspace != to->vspace)
		kernel_stats.space_switches++;
	trace_often(TRACE_SWITCH, tcb_label(from), tcb_label(to), from->state, tcb_pair(from, to));
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
/* The threads that are bound to `cpu`, online again, and wait on the boot CPU in its stead go there,
 * some at a time. false: again. */
[[nodiscard]] bool scheduler_call_back(struct cpu *cpu);
/* Arm the hardware for `deadline` unless it is armed for something earlier. */
void scheduler_arm(struct cpu *cpu, kn_time deadline);
/* Between two steps of long work that is nobody's system call: others get the lock, this CPU its
 * interrupts, and whom these wake has to wait. */
void scheduler_pause(struct cpu *cpu, void (*take_interrupts)(void));
/* Bit i: CPU i runs its idle thread and is offered work. */
extern uint64_t idle_cpus;
