/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real-time interval timers in one list sorted by deadline, and the deadlines of sigtimedwait(). The CPU-time timers (virtual, profiling)
 * are sampled: while one is armed, the process's CPU time is looked at every SAMPLE_PERIOD.
 */
#include "timer.h"

#include "exit.h"
#include "signal.h"
#include "trona/heap.h"
#include "trona/start.h"

#define SAMPLE_PERIOD 10000000ull
/* Each periodic timer of a user has so much time for its turn: whatever periods he asks for, his ring 20000 times a second at most. */
#define LEAST_PERIOD 50000ull

static struct process *armed; /* real timers, earliest first */
static kn_time wait_deadline = KN_TIME_FOREVER;
static size_t cpu_timers;
static kn_time sample_time; /* when to look at CPU times again */

static void unlink_real(struct process *process)
{
	for (struct process **link = &armed; *link; link = &(*link)->timer_next) {
		if (*link == process) {
			*link = process->timer_next;
			process->timer_next = nullptr;
			return;
		}
	}
}

static void link_real(struct process *process)
{
	struct process **link = &armed;

	while (*link && (*link)->timer_value[TIMER_REAL] <= process->timer_value[TIMER_REAL])
		link = &(*link)->timer_next;
	process->timer_next = *link;
	*link = process;
}

kn_status timer_get(struct process *process, uint32_t which, struct procmgr_interval *now)
{
	if (which >= TIMER_COUNT)
		return KN_E_INVALID_ARG;
	uint64_t value = process->timer_value[which];
	uint64_t base = which == TIMER_REAL ? start_now() : process_time(process);
	*now = (struct procmgr_interval){
	    .value = value == 0 ? 0 : value > base ? value - base : 1,
	    .period = process->timer_period[which],
	};
	return KN_OK;
}

kn_status timer_set(struct process *process, uint32_t which, const struct procmgr_interval *new,
    struct procmgr_interval *old)
{
	kn_status status = timer_get(process, which, old);

	if (status != KN_OK)
		return status;
	if (new->value > INT64_MAX / 2 || new->period > INT64_MAX / 2)
		return KN_E_INVALID_ARG;
	bool was_on = process->timer_value[which] != 0;
	process->timer_period[which] = new->period;
	if (which == TIMER_REAL) {
		if (was_on)
			unlink_real(process);
		process->timer_value[which] = new->value ? start_now() + new->value : 0;
		if (new->value)
			link_real(process);
	} else {
		process->timer_value[which] = new->value ? process_time(process) + new->value : 0;
		cpu_timers += (size_t)(new->value != 0) - (size_t)was_on;
	}
	return KN_OK;
}

void timer_disarm(struct process *process)
{
	if (process->timer_value[TIMER_REAL])
		unlink_real(process);
	for (unsigned i = TIMER_VIRTUAL; i < TIMER_COUNT; i++)
		cpu_timers -= process->timer_value[i] != 0;
	for (unsigned i = 0; i < TIMER_COUNT; i++)
		process->timer_value[i] = 0;
}

void timer_note_deadline(kn_time deadline)
{
	if (deadline < wait_deadline)
		wait_deadline = deadline;
}

static void fire(struct process *process, uint32_t signal)
{
	signal_send(process, ANY_THREAD,
	    &(struct procmgr_signal_record){.signal = signal, .code = CODE_KERNEL});
}

/* With which the timer of `process`, which is armed, rings. */
static uint64_t real_period(const struct process *process)
{
	uint64_t least = 0, period = process->timer_period[TIMER_REAL];

	for (const struct process *p = armed; p; p = p->timer_next)
		if (p->timer_period[TIMER_REAL] && p->entry->uid == process->entry->uid)
			least += LEAST_PERIOD;
	return period < least ? least : period;
}

static void run_real(kn_time now)
{
	while (armed && armed->timer_value[TIMER_REAL] <= now) {
		struct process *process = armed;
		uint64_t period = real_period(process);

		unlink_real(process);
		process->timer_value[TIMER_REAL] = period ? now + period : 0;
		if (period)
			link_real(process);
		fire(process, SIGNAL_ALRM);
	}
}

static void run_cpu(void)
{
	static const uint32_t signals[TIMER_COUNT] = {0, SIGNAL_VTALRM, SIGNAL_PROF};

	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		if (!is_alive(p) || !(p->timer_value[TIMER_VIRTUAL] | p->timer_value[TIMER_PROFILING]))
			continue;
		uint64_t used = process_time(p);
		for (unsigned i = TIMER_VIRTUAL; i < TIMER_COUNT; i++) {
			if (p->timer_value[i] == 0 || p->timer_value[i] > used)
				continue;
			p->timer_value[i] = p->timer_period[i] ? used + p->timer_period[i] : 0;
			cpu_timers -= p->timer_period[i] == 0;
			fire(p, signals[i]);
		}
	}
}

static void run_waits(kn_time now)
{
	wait_deadline = KN_TIME_FOREVER;
	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		struct signal_waiter **link = &p->signal_waiters;

		while (*link) {
			struct signal_waiter *waiter = *link;

			if (waiter->deadline > now) {
				timer_note_deadline(waiter->deadline);
				link = &waiter->next;
				continue;
			}
			signal_drop_waiter(link, KN_E_TIMED_OUT);
		}
	}
}

void timer_run(kn_time now)
{
	run_real(now);
	if (cpu_timers)
		run_cpu();
	if (wait_deadline <= now)
		run_waits(now);
	if (cpu_timers)
		sample_time = now + SAMPLE_PERIOD;
}

kn_time timer_next(void)
{
	kn_time next = armed ? armed->timer_value[TIMER_REAL] : KN_TIME_FOREVER;
	if (wait_deadline < next)
		next = wait_deadline;
	if (cpu_timers && sample_time < next)
		next = sample_time;
	return next;
}
