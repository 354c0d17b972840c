/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler (scheduler.h).
 *
 * Order: a run queue is a heap by band, then by the deadline of the scheduling context; threads that are bound to a CPU
 * have one of their own, so that idle CPUs find at once what they may take. Band 0 is for
 * reservations: earliest deadline first, whatever the threads' priorities. Best-effort threads follow
 * by priority, and among equals by virtual deadline: `virtual_time` of a CPU is the latest deadline it
 * has served, and a context that used up its budget gets one a period later (sched_context.c), so that
 * shares are as budget to period without anybody being punished for time that nobody else wanted.
 * Among equals a ready thread never interrupts another; it gets the CPU when that has used its
 * budget or blocks.
 *
 * Placement: a woken thread goes to its own CPU if it has one, else to the CPU it ran on if that is
 * idle, else to this one if idle, else to any idle one, else back to where it ran, unless clearly fewer
 * wait elsewhere; so does who has used up his budget. An idle CPU looks into the others' queues before
 * it sleeps. One exception: who is woken by a running thread's system call most often is that thread's
 * partner, and it blocks next. So the woken thread lingers in this CPU's queue for LINGER before idle
 * CPUs are offered it, and so does who has to make room for it; a ping-pong then costs no
 * inter-processor interrupts and stays in one cache. The partner of a call or an answer passes no
 * queue at all: unless somebody else is ready here, it takes over from the thread that has blocked for it.
 *
 * Timers are lazy: the end of a budget is armed only for reservations and while an equal waits,
 * never moved later, and switching by IPC leaves it alone (the partner runs on the same budget).
 */
#include "core/scheduler.h"

#include "core/fault.h"
#include "core/lock.h"
#include "core/work.h"
#include "ipc/transfer.h"
#include "object/clock.h"
#include "object/reaper.h"

#define LINGER 100000 /* ns */
#define WAKE_UNITS 25  /* of work: whatever ends may wake somebody */

uint64_t idle_cpus;

struct sched_context sched_context_none;

void scheduler_arm(struct cpu *cpu, kn_time deadline)
{
	if (deadline < cpu->timer_deadline) {
		cpu->timer_deadline = deadline;
		arch_timer_set(deadline);
	}
}

/* ---- the run queue of one CPU ---- */

static unsigned band_of(const struct tcb *thread, const struct sched_context *context)
{
	return context->is_reservation ? 0 : 256u - thread->priority;
}

/* While some of the threads are bound. */
static struct deadline **queue_of(struct cpu *cpu, const struct tcb *thread)
{
	return thread->affinity == TCB_ANY_CPU ? &cpu->free : &cpu->bound;
}

static void queue_settle(struct cpu *cpu)
{
	struct deadline *free = cpu->free, *bound = cpu->bound;

	cpu->run = !free || (bound && deadline_is_before(bound, free)) ? bound : free;
}

[[gnu::noinline, clang::minsize]] static void push_bound(struct cpu *cpu, struct tcb *thread)
{
	if (!cpu->bound)
		cpu->free = cpu->run;
	heap_insert(queue_of(cpu, thread), &thread->run);
	queue_settle(cpu);
}

[[gnu::noinline, clang::minsize]] static void remove_bound(struct cpu *cpu, struct tcb *thread)
{
	heap_remove(queue_of(cpu, thread), &thread->run);
	queue_settle(cpu);
}

/* Its context has a budget and its deadline is on this CPU's clock. */
[[gnu::always_inline]] static inline void queue_push(struct cpu *cpu, struct tcb *thread)
{
	const struct sched_context *context = thread->sched_context;

	thread->run.band = (uint16_t)band_of(thread, context);
	thread->run.when = context->due;
	thread->run.kind = DEADLINE_RUN;
	if (__builtin_expect(thread->affinity == TCB_ANY_CPU && !cpu->bound, 1))
		heap_insert(&cpu->run, &thread->run);
	else
		push_bound(cpu, thread);
	cpu->ready++;
}

/* `has_slept`: its context was not used for a while. false: it has to wait for its next period. */
[[gnu::always_inline]] static inline bool queue_insert(struct cpu *cpu, struct tcb *thread, bool has_slept)
{
	struct sched_context *context = thread->sched_context;

	thread->cpu = (uint16_t)cpu->index;
	if (!sched_context_refresh(context, cpu->virtual_time, has_slept)) {
		deadline_insert(&thread->timeout, DEADLINE_BUDGET, context->start + context->period);
		return false;
	}
	queue_push(cpu, thread);
	return true;
}

static void queue_remove(struct cpu *cpu, struct tcb *thread)
{
	if (__builtin_expect(!cpu->bound, 1))
		heap_remove(&cpu->run, &thread->run);
	else
		remove_bound(cpu, thread);
	cpu->ready--;
	if (!cpu->run)
		cpu->linger_end = KN_TIME_FOREVER;
}

/* queue_remove() of the first. */
static struct tcb *queue_pop(struct cpu *cpu)
{
	struct deadline *first = cpu->run;
	struct tcb *thread = container_of(first, struct tcb, run);

	/* Most often it is alone. */
	if (__builtin_expect(!cpu->bound && !first->left, 1)) {
		first->kind = DEADLINE_NONE;
		cpu->run = nullptr;
		cpu->ready--;
		cpu->linger_end = KN_TIME_FOREVER;
	} else {
		queue_remove(cpu, thread);
	}
	return thread;
}

/* Out of its run queue or of the wait for its budget: where a thread is that is READY and does not
 * run. false: it is not. */
static bool dequeue(struct tcb *thread)
{
	if (thread->run.kind != DEADLINE_NONE)
		queue_remove(&cpus[thread->cpu], thread);
	else if (thread->timeout.kind == DEADLINE_BUDGET)
		deadline_remove(&thread->timeout);
	else if (cpus[thread->cpu].partner == thread)
		cpus[thread->cpu].partner = nullptr;
	else
		return false;
	return true;
}

static void poke(struct cpu *cpu)
{
	/* An idle CPU that has got work is not offered any more until it is idle again. */
	idle_cpus &= ~(1ull << cpu->index);
	cpu->reschedule = true;
	if (cpu != this_cpu())
		arch_ipi(cpu->index);
}

/* Let the timer end the budget of the current thread. One that is armed for an earlier time will do:
 * it looks again. */
static void arm_budget(struct cpu *cpu)
{
	const struct tcb *current = cpu->current;
	const struct sched_context *context = current->sched_context;
	uint64_t end = cpu->accounted + (uint64_t)sched_context_left(context);

	if (cpu->slice_end != KN_TIME_FOREVER && (int64_t)(end - cpu->slice_end_cycles) >= 0)
		return;
	int64_t left = (int64_t)(end - arch_cycles());

	cpu->slice_end_cycles = end;
	cpu->slice_end = arch_now() + (left > 0 ? cycles_to_ns((uint64_t)left) : 0);
	scheduler_arm(cpu, cpu->slice_end);
}

/* Somebody waits here while other CPUs are idle: offer it to them, but not at once. */
[[gnu::noinline]] static void arm_linger(struct cpu *cpu)
{
	if (cpu->linger_end == KN_TIME_FOREVER) {
		cpu->linger_end = arch_now() + LINGER;
		scheduler_arm(cpu, cpu->linger_end);
	}
}

/* Put a ready thread into the queue of `cpu`, and have that look at it if it is as urgent as who
 * runs there: an equal needs the end of the budget. */
static void enqueue(struct cpu *cpu, struct tcb *thread, bool has_slept)
{
	if (!queue_insert(cpu, thread, has_slept))
		return;
	if (thread->run.band <= band_of(cpu->current, cpu->current->sched_context))
		poke(cpu);
	else if (idle_cpus != 0)
		arm_linger(this_cpu());
}

[[gnu::noinline]] static void queue_partner(struct cpu *cpu)
{
	struct tcb *partner = cpu->partner;

	cpu->partner = nullptr;
	enqueue(cpu, partner, false);
}

/* The boot CPU stands in for a CPU that is not online. */
static struct cpu *stand_in(unsigned index)
{
	return cpus[index].state == CPU_ONLINE ? &cpus[index] : &cpus[0];
}

/* Where a thread is best queued that is about to be. */
static struct cpu *place(const struct tcb *thread)
{
	struct cpu *best = &cpus[thread->cpu], *here = this_cpu();

	if (thread->affinity != TCB_ANY_CPU)
		return stand_in(thread->affinity);
	if (idle_cpus & 1ull << thread->cpu)
		return best;
	if (idle_cpus != 0)
		return idle_cpus & 1ull << here->index ? here : &cpus[__builtin_ctzll(idle_cpus)];
	/* Who makes room has been replaced already: one fewer is waiting than will be. */
	const unsigned margin = thread != here->current;

	for (unsigned i = 0; best->ready > margin && i < cpu_count; i++) {
		if (cpus[i].ready + margin < best->ready)
			best = &cpus[i];
	}
	return best;
}

static bool may_run_on(const struct tcb *thread, const struct cpu *cpu)
{
	return thread->affinity == TCB_ANY_CPU || thread->affinity == cpu->index ||
	       (cpu->index == 0 && stand_in(thread->affinity) == cpu);
}

/* The most urgent thread in another CPU's queue that is bound to none. */
[[gnu::noinline]] static struct tcb *steal(struct cpu *cpu)
{
	for (unsigned i = 1; i < cpu_count; i++) {
		struct cpu *victim = &cpus[(cpu->index + i) % cpu_count];

		struct deadline *first = victim->bound ? victim->free : victim->run;

		if (first) {
			struct tcb *thread = container_of(first, struct tcb, run);

			queue_remove(victim, thread);
			return thread;
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

[[gnu::flatten]] void thread_wake(struct tcb *thread)
{
	struct cpu *cpu = this_cpu();
	cpu->work -= WAKE_UNITS;
	/* A call's answer: the server has used the context until now. */
	bool has_slept = thread->state != THREAD_WAITING_REPLY;

	if (!make_ready(thread))
		return;
	if (!(idle_cpus != 0 && cpu->in_syscall && !cpu->run && may_run_on(thread, cpu)))
		cpu = place(thread);
	enqueue(cpu, thread, has_slept);
}

void thread_wake_here(struct tcb *thread)
{
	struct cpu *cpu = this_cpu();

	if (!make_ready(thread))
		return;
	if (cpu->partner || !may_run_on(thread, cpu)) {
		enqueue(place(thread), thread, false);
		return;
	}
	thread->cpu = (uint16_t)cpu->index;
	cpu->partner = thread;
	cpu->reschedule = true;
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
	scheduler_end_loan(thread);
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
	if (dequeue(thread))
		thread->state = THREAD_INACTIVE;
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
		enqueue(place(thread), thread, true);
}

void thread_poke(struct tcb *thread)
{
	if (thread_is_current(thread))
		poke(&cpus[thread->cpu]);
}

void thread_reposition(struct tcb *thread, uint8_t priority, uint16_t affinity)
{
	bool was_queued = dequeue(thread);

	thread->priority = priority;
	thread->affinity = affinity;
	thread_poke(thread);
	if (was_queued)
		enqueue(place(thread), thread, false);
}

void scheduler_run_on(struct tcb *thread, struct sched_context *context)
{
	while (thread && thread->sched_context != context) {
		bool was_queued = dequeue(thread);

		if (thread_is_current(thread))
			scheduler_charge(&cpus[thread->cpu], thread);
		thread_poke(thread);
		thread->sched_context = context;
		if (was_queued)
			enqueue(place(thread), thread, false);
		thread = thread->state == THREAD_WAITING_REPLY ? thread->reply->receiver : thread->borrower;
	}
}

/* ---- switching ---- */

bool scheduler_is_next(
    const struct cpu *cpu, const struct tcb *to, const struct sched_context *context)
{
	unsigned band = band_of(to, context);

	/* An equal waits for the end of this budget: it must be armed. */
	if (cpu->run->band != band)
		return band < cpu->run->band;
	return cpu->slice_end != KN_TIME_FOREVER && (band != 0 || (int64_t)(context->due - cpu->run->when) <= 0);
}

void scheduler_yield(void)
{
	struct cpu *cpu = this_cpu();
	struct sched_context *context = cpu->current->sched_context;
	unsigned band = band_of(cpu->current, context);

	/* To nobody: no need to pretend. */
	if (band != 0 && (!cpu->run || cpu->run->band > band))
		return;
	context->limit = context->consumed;
	cpu->reschedule = true;
}

void scheduler_tick(struct cpu *cpu, kn_time now)
{
	if (now >= cpu->slice_end) {
		cpu->slice_end = KN_TIME_FOREVER;
		cpu->reschedule = true;
	}
	if (now >= cpu->linger_end) {
		cpu->linger_end = KN_TIME_FOREVER;
		/* They come and take what is most urgent. */
		for (unsigned i = cpu->ready; i > 0 && idle_cpus != 0; i--)
			poke(&cpus[__builtin_ctzll(idle_cpus)]);
	}
	scheduler_arm(cpu, cpu->slice_end);
	scheduler_arm(cpu, cpu->linger_end);
}

/* The budget of the current thread's reservation is used up. */
[[gnu::noinline]] static void throttle(struct cpu *cpu, struct tcb *current)
{
	struct sched_context *context = current->sched_context;
	const uint64_t words[6] = {cycles_to_ns(context->consumed), context->start + context->period};

	if (!current->donor || slot_is_empty(&current->timeout_handler) || context->has_timed_out) {
		(void)queue_insert(cpu, current, false);
		return;
	}
	context->has_timed_out = true;
	fault_send(current, &current->timeout_handler, KN_LABEL_FAULT_TIMEOUT, words);
}

static void advance_clock(struct cpu *cpu, const struct sched_context *context)
{
	if (!context->is_reservation && (int64_t)(context->due - cpu->virtual_time) > 0)
		cpu->virtual_time = context->due;
}

/* Does the current thread, which is ready, go on? Unless somebody more urgent, or an equal after its
 * budget, is ready. */
static bool goes_on(struct cpu *cpu, struct tcb *current, bool *is_expired)
{
	struct sched_context *context = current->sched_context;
	const struct deadline *first = cpu->run;
	unsigned band = band_of(current, context);

	if (current->is_suspended || !may_run_on(current, cpu) || (first && first->band < band))
		return false;
	*is_expired = sched_context_left(context) <= 0;
	if (band == 0)
		return !*is_expired && (!first || first->band != 0 || (int64_t)(first->when - context->due) >= 0);
	if (!*is_expired)
		return true;
	(void)sched_context_refresh(context, cpu->virtual_time, false);
	if (first && first->band == band && (int64_t)(context->due - first->when) >= 0)
		return false;
	advance_clock(cpu, context);
	return true;
}

/* The current thread, which is ready, makes room for others. */
static void step_aside(struct cpu *cpu, struct tcb *current, bool is_expired)
{
	/* Alone with who comes next it has nowhere better to be. */
	bool stays = !(is_expired && (cpu->ready > 0 || idle_cpus != 0)) && may_run_on(current, cpu);
	struct cpu *to = stays ? cpu : place(current);

	if (current->is_suspended)
		current->state = THREAD_INACTIVE;
	else if (is_expired && current->sched_context->is_reservation)
		throttle(cpu, current);
	else if (to != cpu)
		enqueue(to, current, false);
	else if (is_expired) /* goes_on() has given it the next budget */
		queue_push(cpu, current);
	else
		(void)queue_insert(cpu, current, false);
}

static struct tcb *choose(struct cpu *cpu)
{
	struct tcb *current = cpu->current, *next = nullptr;
	bool is_ready = current->state == THREAD_READY, is_expired = false;

	scheduler_charge(cpu, current);
	if (is_ready && goes_on(cpu, current, &is_expired))
		return current;
	if (cpu->run)
		next = queue_pop(cpu);
	if (is_ready)
		step_aside(cpu, current, is_expired);
	if (!next && !(next = steal(cpu)))
		return cpu->idle;
	advance_clock(cpu, next->sched_context);
	return next;
}

/* This CPU is not online: others get what it has, some at a time, and the boot CPU the deadlines that
 * it is armed for. */
[[gnu::noinline, clang::minsize]] static struct tcb *evacuate(struct cpu *cpu)
{
	struct tcb *current = cpu->current;

	scheduler_charge(cpu, current);
	if (current->state == THREAD_READY && make_ready(current))
		enqueue(place(current), current, false);
	while (cpu->run && !work_step(20)) {
		struct tcb *thread = container_of(cpu->run, struct tcb, run);

		thread_reposition(thread, thread->priority, thread->affinity);
	}
	cpu->reschedule = cpu->run != nullptr;
	if (cpu->timer_deadline != KN_TIME_FOREVER) {
		arch_timer_set(KN_TIME_FOREVER);
		cpu->timer_deadline = cpu->slice_end = cpu->linger_end = KN_TIME_FOREVER;
		cpus[0].must_arm = true;
		poke(&cpus[0]);
	}
	return cpu->idle;
}

[[gnu::noinline]] static void idle_wait(struct cpu *cpu)
{
	(void)reaper_drain();
	scheduler_pause(cpu, reaper_is_empty() && !cpu->reschedule ? arch_idle : arch_take_interrupts);
}

[[gnu::noinline]] static void choose_and_switch(struct cpu *cpu)
{
	do {
		cpu->reschedule = false;
		/* Left over, or of a fault that choosing itself has sent. */
		if (cpu->partner)
			queue_partner(cpu);
		struct tcb *next = __builtin_expect(cpu->state == CPU_ONLINE, 1) ? choose(cpu) : evacuate(cpu);

		if (next != cpu->current) {
			scheduler_switch(cpu, cpu->current, next);
			/* A thread that has deleted itself could not be destroyed before now. */
			if (!reaper_is_empty())
				(void)reaper_drain();
		}
		if (next == cpu->idle) {
			idle_cpus |= (uint64_t)(cpu->state == CPU_ONLINE) << cpu->index;
			idle_wait(cpu);
			idle_cpus &= ~(1ull << cpu->index);
			/* Whatever ended the wait: look again. */
			cpu->reschedule = true;
			continue;
		}
		/* If that matters to anybody. */
		unsigned band = band_of(next, next->sched_context);

		if (band == 0 || (cpu->run && cpu->run->band == band))
			arm_budget(cpu);
		if (cpu->run && idle_cpus != 0)
			arm_linger(cpu);
	} while (cpu->reschedule);
}

/* To the partner, if the current thread has blocked and nobody else is ready. */
[[gnu::noinline]] static void hand_over(struct cpu *cpu)
{
	struct tcb *current = cpu->current, *partner = cpu->partner;

	if (current->state == THREAD_READY || cpu->run ||
	    !sched_context_refresh(partner->sched_context, cpu->virtual_time, false)) {
		choose_and_switch(cpu);
		return;
	}
	cpu->partner = nullptr;
	cpu->reschedule = false;
	scheduler_charge(cpu, current);
	advance_clock(cpu, partner->sched_context);
	scheduler_switch(cpu, current, partner);
	if (partner->sched_context->is_reservation)
		arm_budget(cpu);
}

void scheduler_choose(struct cpu *cpu)
{
	if (cpu->partner)
		hand_over(cpu);
	else
		choose_and_switch(cpu);
}
