/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling contexts. A thread without one does not run; unbinding stops it until it is resumed
 * with another. */
#include "object/sched_context.h"

#include "core/scheduler.h"
#include "gen/sched_context_ops.h"
#include "object/clock.h"

/* ns, 2.4 hours: far enough from any overflow below. */
#define TIME_MAX (1ull << 43)
#define SHARE_UNIT (1u << 15) /* a whole CPU */
/* What may be reserved of every CPU, in percent: best-effort threads live on the rest. */
#define SHARE_MAX 96

static unsigned reserved; /* of all CPUs together, in SHARE_UNIT */

/* A fresh budget with these parameters. */
static void set(struct sched_context *self, kn_time budget, kn_time period, kn_time deadline)
{
	uint64_t frequency = machine_clock.frequency;

	self->period = period ? period : budget * PERIOD_DEFAULT;
	self->deadline = deadline ? deadline : self->period;
	self->slice = budget / NS_PER_SECOND * frequency + budget % NS_PER_SECOND * frequency / NS_PER_SECOND;
	self->limit = self->consumed + self->slice;
	self->start = 0;
	self->has_timed_out = false;
}

void sched_context_init(struct object *object)
{
	set(container_of(object, struct sched_context, object), SLICE_DEFAULT, 0, 0);
}

/* Reservations: the classic rule. A thread that comes back late in its period may not keep a budget
 * that is too large for what is left of it; it starts a new period instead. */
bool sched_context_renew(struct sched_context *self, bool has_slept)
{
	kn_time now = arch_now(), end = self->start + self->period;
	int64_t left = sched_context_left(self);

	if (now >= end) {
		/* Who waited for its budget gets it as if there were no delay. */
		self->start = left <= 0 && now - end < self->period ? end : now;
	} else if (has_slept && left > 0 && (unsigned __int128)(uint64_t)left * self->period >
		       (unsigned __int128)(end - now) * self->slice) {
		self->start = now;
	} else {
		return left > 0;
	}
	/* What was used too much is paid back, unless it is more than the CPU could have given: then
	 * the CPU was away (a virtual one). */
	bool is_debt = left <= 0 && left > -(int64_t)self->slice;

	self->limit = (is_debt ? self->limit : self->consumed) + self->slice;
	self->due = self->start + self->deadline;
	self->has_timed_out = false;
	return true;
}

bool sched_context_fit(unsigned cpus_left, unsigned more)
{
	return reserved + more <= SHARE_UNIT * SHARE_MAX / 100 * cpus_left;
}

static void set_share(struct sched_context *self, unsigned share)
{
	reserved += share - self->share;
	self->share = (uint16_t)share;
	self->is_reservation = share != 0;
}

/* false: the thread still runs somewhere. */
static bool unbind(struct sched_context *self)
{
	if (!self->thread)
		return true;
	/* The caller itself stops at the end of this system call. */
	if (!thread_halt(self->thread) && self->thread != this_cpu()->current)
		return false;
	scheduler_go_home(self->thread);
	self->thread->home = self->thread->sched_context = &sched_context_none;
	self->thread = nullptr;
	return true;
}

kn_status sched_context_destroy(struct object *object)
{
	struct sched_context *self = container_of(object, struct sched_context, object);

	if (!unbind(self))
		return KN_RESTART;
	set_share(self, 0);
	return KN_OK;
}

kn_status sched_context_configure(struct sched_context *self, const struct sched_context_configure_in *in)
{
	if (in->flags & ~SCHED_RESERVATION)
		return KN_E_INVALID_ARG;
	if (in->budget < SLICE_MIN || in->budget > TIME_MAX || in->period > TIME_MAX ||
	    in->deadline > TIME_MAX ||
	    (in->period != 0 && (in->budget > in->period || in->deadline > in->period)))
		return KN_E_RANGE;
	if (in->period == 0 && (in->deadline != 0 || in->flags != 0))
		return KN_E_INVALID_ARG;
	unsigned share = 0;

	if (in->flags & SCHED_RESERVATION) {
		if (this_cpu()->current->priority < KN_SCHED_CONTEXT_RESERVE_PRIORITY)
			return KN_E_RIGHTS;
		share = (unsigned)(in->budget * SHARE_UNIT / (in->deadline ? in->deadline : in->period));
		share += share == 0;
		if (!sched_context_fit(cpu_online_count, share - self->share))
			return KN_E_QUOTA;
	}
	struct tcb *thread = self->thread;

	set(self, in->budget, in->period, in->deadline);
	set_share(self, share);
	(void)sched_context_refresh(self, this_cpu()->virtual_time, true);
	/* Whoever runs on it. */
	while (thread && thread->state == THREAD_WAITING_REPLY && thread->reply->receiver)
		thread = thread->reply->receiver;
	if (thread)
		thread_reposition(thread, thread->priority, thread->affinity);
	return KN_OK;
}

kn_status sched_context_bind(struct sched_context *self, const struct sched_context_bind_in *in)
{
	struct tcb *thread = slot_object(in->thread, tcb);

	if (self->thread || thread->home != &sched_context_none)
		return KN_E_BUSY;
	self->thread = thread;
	thread->sched_context = thread->home = self;
	return KN_OK;
}

kn_status sched_context_unbind(struct sched_context *self)
{
	if (!self->thread)
		return KN_E_NOT_FOUND;
	return unbind(self) ? KN_OK : KN_RESTART;
}

kn_status sched_context_consumed(struct sched_context *self, struct sched_context_consumed_out *out)
{
	for (unsigned i = 0; i < cpu_count; i++)
		scheduler_charge(&cpus[i], cpus[i].current);
	out->time = cycles_to_ns(self->consumed);
	return KN_OK;
}
