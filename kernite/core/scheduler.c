/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler (scheduler.h).
 *
 * Placement: a woken thread goes to its own CPU if it has one, else to the CPU it ran on if that is
 * idle, else to this one if idle, else to any idle one, else back to where it ran. An idle CPU
 * looks into the others' queues before it sleeps, and enqueueing on a busy CPU wakes an idle one to
 * look, so no ready thread waits while a CPU sleeps. One exception: who is woken by a running
 * thread's system call most often is that thread's partner, and it blocks next. So the woken thread
 * lingers in this CPU's queue for LINGER before an idle CPU is offered it; a ping-pong then costs
 * no inter-processor interrupts and stays in one cache.
 *
 * Timers are lazy: a slice is armed only while an equal waits, never moved later, and
 * switching by IPC leaves it alone (the partner runs on the rest of it).
 */
#include "core/scheduler.h"

#include "core/fpu.h"
#include "core/lock.h"
#include "core/trace.h"
#include "core/work.h"
#include "ipc/transfer.h"
#include "object/reaper.h"
#include "object/reply.h"
#include "object/sched_context.h"
#include "object/upcall.h"

#define LINGER 100000 /* ns */

static uint64_t idle_cpus; /* bit i: CPU i runs its idle thread */

uint64_t scheduler_uncharged(const struct tcb *thread)
{
	return thread_is_current(thread) ? arch_cycles() - cpus[thread->cpu].accounted : 0;
}

void scheduler_arm(struct cpu *cpu, kn_time deadline)
{
	if (deadline < cpu->timer_deadline) {
		cpu->timer_deadline = deadline;
		arch_timer_set(deadline);
	}
}

/* ---- the run queue of one CPU ---- */

static int highest_ready(const struct run_queue *run)
{
	for (int i = PRIORITY_COUNT / 64 - 1; i >= 0; i--) {
		if (run->ready[i])
			return i * 64 + 63 - __builtin_clzll(run->ready[i]);
	}
	return -1;
}

static void queue_insert(struct cpu *cpu, struct tcb *thread, bool in_front)
{
	unsigned priority = thread->priority;
	struct list *queue = &cpu->run.queues[priority];

	thread->cpu = (uint16_t)cpu->index;
	if (in_front)
		list_prepend(queue, &thread->run_link);
	else
		list_append(queue, &thread->run_link);
	cpu->run.ready[priority / 64] |= 1ull << priority % 64;
	if ((int)priority > cpu->top)
		cpu->top = (int)priority;
}

/* thread->priority is still the one it was queued with. */
static void queue_remove(struct cpu *cpu, struct tcb *thread)
{
	unsigned priority = thread->priority;

	list_remove(&thread->run_link);
	if (list_is_empty(&cpu->run.queues[priority])) {
		cpu->run.ready[priority / 64] &= ~(1ull << priority % 64);
		cpu->top = highest_ready(&cpu->run);
		if (cpu->top < 0)
			cpu->linger_end = KN_TIME_FOREVER;
	}
}

/* Out of its run queue, if it is in one. */
static void dequeue(struct tcb *thread)
{
	if (list_is_linked(&thread->run_link))
		queue_remove(&cpus[thread->cpu], thread);
}

static struct tcb *queue_take(struct cpu *cpu)
{
	while (cpu->top >= 0) {
		struct list *link = list_first(&cpu->run.queues[cpu->top]);
		struct tcb *thread = container_of(link, struct tcb, run_link);

		queue_remove(cpu, thread);
		if (!thread->is_suspended)
			return thread;
		thread->state = THREAD_INACTIVE;
	}
	return nullptr;
}

static void poke(struct cpu *cpu)
{
	/* An idle CPU that has got work is not offered any more until it is idle again. */
	idle_cpus &= ~(1ull << cpu->index);
	cpu->reschedule = true;
	if (cpu != this_cpu())
		arch_ipi(cpu->index);
}

/* A thread that may run anywhere waits on a busy CPU: have an idle one come and steal it. */
static void offer(const struct tcb *thread)
{
	if (idle_cpus != 0 && thread->affinity == TCB_ANY_CPU)
		poke(&cpus[__builtin_ctzll(idle_cpus)]);
}

/* Put a ready thread into the queue of `cpu` and tell whom it concerns. */
static void enqueue(struct cpu *cpu, struct tcb *thread, bool in_front)
{
	queue_insert(cpu, thread, in_front);
	if (cpu->current == cpu->idle || thread->priority >= cpu->current->priority) {
		/* An equal must get its slice armed, so that CPU has to come by as well. */
		poke(cpu);
	} else {
		offer(thread);
	}
}

static struct cpu *place(const struct tcb *thread)
{
	struct cpu *here = this_cpu();

	if (thread->affinity != TCB_ANY_CPU)
		return &cpus[thread->affinity];
	if (idle_cpus == 0 || (idle_cpus & 1ull << thread->cpu))
		return &cpus[thread->cpu];
	if (idle_cpus & 1ull << here->index)
		return here;
	return &cpus[__builtin_ctzll(idle_cpus)];
}

static bool may_run_on(const struct tcb *thread, const struct cpu *cpu)
{
	return thread->affinity == TCB_ANY_CPU || thread->affinity == cpu->index;
}

/* The most urgent thread in the other CPUs' queues that may run here. */
static struct tcb *steal(struct cpu *cpu)
{
	for (unsigned i = 0; i < cpu_online_count; i++) {
		struct cpu *victim = &cpus[(cpu->index + i) % cpu_online_count];

		if (victim == cpu || victim->top < 0)
			continue;
		/* Only the top queue is looked at: pinned threads below it are rare and cost nobody
		 * anything. */
		list_each (link, &victim->run.queues[victim->top]) {
			struct tcb *thread = container_of(link, struct tcb, run_link);

			if (may_run_on(thread, cpu) && !thread->is_suspended) {
				queue_remove(victim, thread);
				return thread;
			}
		}
	}
	return nullptr;
}

/* ---- states ---- */

void thread_block(struct tcb *thread, enum thread_state state, kn_time deadline)
{
	thread->state = state;
	this_cpu()->reschedule = true;
	if (deadline != KN_TIME_FOREVER)
		deadline_insert(&thread->timeout, DEADLINE_WAIT, deadline);
}

/* A suspended thread keeps its result and stays where it is until it is resumed. */
static bool make_ready(struct tcb *thread)
{
	thread->state = thread->is_suspended ? THREAD_INACTIVE : THREAD_READY;
	return !thread->is_suspended;
}

/* Queue the thread here, and offer it to idle CPUs only later. */
static void linger(struct cpu *cpu, struct tcb *thread)
{
	queue_insert(cpu, thread, false);
	if (thread->priority >= cpu->current->priority)
		cpu->reschedule = true;
	if (cpu->linger_end == KN_TIME_FOREVER) {
		cpu->linger_end = arch_now() + LINGER;
		scheduler_arm(cpu, cpu->linger_end);
	}
}

void thread_wake(struct tcb *thread)
{
	struct cpu *cpu = this_cpu();

	if (!make_ready(thread))
		return;
	if (idle_cpus != 0 && cpu->in_syscall && cpu->top < 0 && may_run_on(thread, cpu))
		linger(cpu, thread);
	else
		enqueue(place(thread), thread, false);
}

void thread_wake_here(struct tcb *thread)
{
	struct cpu *cpu = this_cpu();

	if (make_ready(thread))
		enqueue(may_run_on(thread, cpu) ? cpu : &cpus[thread->affinity], thread, true);
}

void thread_cancel_wait(struct tcb *thread, kn_status status)
{
	if (thread->state == THREAD_INACTIVE || thread->state == THREAD_READY)
		return;
	if (thread->state == THREAD_WAITING_REPLY)
		reply_lose_caller(thread->reply);
	else
		list_remove(&thread->link);
	if (thread->state == THREAD_RECEIVING && thread->reply)
		reply_disarm(thread->reply);
	deadline_remove(&thread->timeout);
	thread->state = THREAD_INACTIVE;
	if (thread->in_fault)
		thread->in_fault = false;
	else
		ctx_set_status(&thread->context, status);
}

bool thread_suspend(struct tcb *thread)
{
	thread->is_suspended = true;
	if (thread_is_current(thread)) {
		poke(&cpus[thread->cpu]);
		return false;
	}
	if (thread->state == THREAD_READY) {
		dequeue(thread);
		thread->state = THREAD_INACTIVE;
	}
	return true;
}

bool thread_halt(struct tcb *thread)
{
	if (!thread_suspend(thread))
		return false;
	thread_cancel_wait(thread, KN_E_INTERRUPTED);
	return true;
}

void thread_start(struct tcb *thread)
{
	thread->is_suspended = false;
	/* A new thread is nobody's partner yet: no lingering. */
	if (thread->state == THREAD_INACTIVE && make_ready(thread))
		enqueue(place(thread), thread, false);
}

void thread_poke(struct tcb *thread)
{
	if (thread_is_current(thread))
		poke(&cpus[thread->cpu]);
}

/* Its priority or affinity has changed: put it where it belongs. */
static void reposition(struct tcb *thread)
{
	thread_poke(thread);
	if (!thread_is_current(thread) && thread->state == THREAD_READY)
		thread_wake(thread);
}

void thread_set_priority(struct tcb *thread, uint8_t priority)
{
	dequeue(thread);
	thread->priority = priority;
	reposition(thread);
}

void thread_set_affinity(struct tcb *thread, uint16_t affinity)
{
	dequeue(thread);
	thread->affinity = affinity;
	reposition(thread);
}

/* ---- switching ---- */

void scheduler_init_cpu(struct cpu *cpu, unsigned index)
{
	cpu->self = cpu;
	cpu->index = index;
	cpu->top = -1;
	cpu->timer_deadline = KN_TIME_FOREVER;
	cpu->slice_end = KN_TIME_FOREVER;
	cpu->linger_end = KN_TIME_FOREVER;
	cpu->reschedule = true;
	for (unsigned i = 0; i < PRIORITY_COUNT; i++)
		list_init(&cpu->run.queues[i]);
	cpu->idle->state = THREAD_IDLE;
	cpu->idle->cpu = (uint16_t)index;
	cpu->idle->affinity = (uint16_t)index;
	list_init(&cpu->idle->run_link);
	cpu->current = cpu->idle;
	idle_cpus |= 1ull << index;
}

void scheduler_yield(void)
{
	struct cpu *cpu = this_cpu();

	cpu->slice_end = 0;
	cpu->reschedule = true;
}

void scheduler_tick(struct cpu *cpu, kn_time now)
{
	if (now >= cpu->slice_end)
		cpu->reschedule = true;
	else if (cpu->slice_end != KN_TIME_FOREVER)
		scheduler_arm(cpu, cpu->slice_end);
	if (now < cpu->linger_end) {
		if (cpu->linger_end != KN_TIME_FOREVER)
			scheduler_arm(cpu, cpu->linger_end);
		return;
	}
	cpu->linger_end = KN_TIME_FOREVER;
	/* They come and take the most urgent one. */
	if (cpu->top >= 0)
		offer(container_of(list_first(&cpu->run.queues[cpu->top]), struct tcb, run_link));
}

static kn_time slice_of(const struct tcb *thread)
{
	return thread->sched_context ? thread->sched_context->budget : SLICE_DEFAULT;
}

/* Who runs next: the current thread stays unless somebody more urgent, or an equal after its slice,
 * is ready. */
static struct tcb *choose(struct cpu *cpu)
{
	struct tcb *current = cpu->current;

	if (current == cpu->idle) {
		/* fall through to the queues */
	} else if (current->is_suspended && current->state == THREAD_READY) {
		current->state = THREAD_INACTIVE;
	} else if (current->state == THREAD_READY) {
		bool is_expired = cpu->slice_end != KN_TIME_FOREVER && arch_now() >= cpu->slice_end;

		if (!may_run_on(current, cpu)) {
			enqueue(&cpus[current->affinity], current, false);
		} else if (cpu->top > current->priority ||
			   (is_expired && cpu->top == current->priority)) {
			queue_insert(cpu, current, !is_expired);
			offer(current);
		} else {
			if (is_expired)
				cpu->slice_end = KN_TIME_FOREVER;
			return current;
		}
	}
	cpu->slice_end = KN_TIME_FOREVER;
	struct tcb *next = queue_take(cpu);

	if (!next)
		next = steal(cpu);
	return next ? next : cpu->idle;
}

static void idle_wait(struct cpu *cpu)
{
	while (!reaper_is_empty() && !cpu->reschedule) {
		(void)reaper_drain();
		/* Let others in between the steps. */
		work_end(cpu);
		kernel_unlock();
		kernel_lock();
		work_begin(cpu);
	}
	if (cpu->reschedule)
		return;
	cpu->is_idle = true;
	work_end(cpu);
	kernel_unlock();
	arch_idle();
	kernel_lock();
	work_begin(cpu);
	cpu->is_idle = false;
}

void scheduler_choose(struct cpu *cpu)
{
	while (cpu->reschedule) {
		cpu->reschedule = false;
		struct tcb *next = choose(cpu);

		if (next != cpu->current) {
			scheduler_switch(cpu, cpu->current, next);
			/* A thread that has deleted itself could not be destroyed before now. */
			if (!reaper_is_empty())
				(void)reaper_drain();
		}
		if (next == cpu->idle) {
			idle_cpus |= 1ull << cpu->index;
			idle_wait(cpu);
			idle_cpus &= ~(1ull << cpu->index);
			/* Whatever ended the wait: look again. */
			cpu->reschedule = true;
			continue;
		}
		if (cpu->top >= next->priority && cpu->slice_end == KN_TIME_FOREVER) {
			cpu->slice_end = arch_now() + slice_of(next);
			scheduler_arm(cpu, cpu->slice_end);
		}
	}
}

uint64_t scheduler_check(void)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < cpu_online_count; i++) {
		struct cpu *cpu = &cpus[i];

		invariant(cpu->current->cpu == i);
		invariant(cpu->top == highest_ready(&cpu->run));
		for (unsigned priority = 0; priority < PRIORITY_COUNT; priority++) {
			list_each (link, &cpu->run.queues[priority]) {
				struct tcb *thread = container_of(link, struct tcb, run_link);

				invariant(
				    thread->state == THREAD_READY && !thread_is_current(thread));
				invariant(thread->priority == priority && thread->cpu == i);
				count++;
			}
		}
	}
	return count;
}
