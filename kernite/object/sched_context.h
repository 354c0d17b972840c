/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPU time: the right to run. A constant-bandwidth server: a budget to be used by a deadline, and a new
 * budget with a later deadline when it is used up. A reservation lives by the real clock and waits for
 * its next period; a best-effort context's deadlines are on the virtual clock of its CPU, and it
 * gets the next one at once. One budget at a time is kept, so replenishment is O(1).
 */
#pragma once

#include "object/object.h"

/* ns; the slice of a context that nobody configured */
#define SLICE_DEFAULT 5000000
#define SLICE_MIN 100000
/* Best effort without a period: its weight is 1 in 100. */
#define PERIOD_DEFAULT 100
/* sched_context.configure flags */
#define SCHED_RESERVATION 1u

struct sched_context {
	struct object object;
	struct tcb *thread; /* bound to, or null */
	kn_time period;     /* never 0 */
	kn_time deadline;   /* never 0 */
	uint16_t share;     /* of a CPU that is reserved, in SHARE_UNIT */
	bool is_reservation;
	bool has_timed_out; /* this budget has raised its timeout fault */
	uint64_t consumed;  /* all of the following in arch_cycles(): used so far */
	uint64_t limit;     /* the budget ends when `consumed` is this */
	uint64_t slice;     /* a whole budget */
	kn_time due;        /* deadline, on the real or the virtual clock */
	kn_time start;      /* reservation: of this period */
};

/* Of idle threads and of those that are bound to none. */
extern struct sched_context sched_context_none;

static inline int64_t sched_context_left(const struct sched_context *context)
{
	return (int64_t)(context->limit - context->consumed);
}

/* Is `a` a reservation and more urgent than `b`, or `b` exhausted? */
static inline bool sched_context_is_before(const struct sched_context *a, const struct sched_context *b)
{
	return a->is_reservation && (!b->is_reservation || (int64_t)(a->due - b->due) < 0 ||
		   (sched_context_left(b) <= 0 && sched_context_left(a) > 0));
}

/* sched_context_refresh() of a reservation. */
bool sched_context_renew(struct sched_context *self, bool has_slept);
/*
 * Bring budget and deadline up to now before the context is used; `clock`: the virtual time of the
 * CPU it is used on. `has_slept`: nobody could have used it just before. false: a reservation that has
 * to wait for start + period.
 */
[[gnu::always_inline]] static inline bool sched_context_refresh(
    struct sched_context *self, kn_time clock, bool has_slept)
{
	if (self->is_reservation)
		return sched_context_renew(self, has_slept);
	int64_t left = sched_context_left(self);

	if (left <= 0) {
		/* What was used too much is paid back, within reason. */
		self->limit = (left > -(int64_t)self->slice ? self->limit : self->consumed) + self->slice;
		self->due += self->period;
	}
	/* Not in the past, which would be saved up, nor further away than anybody else's. */
	if (self->due - clock > self->period)
		self->due = (int64_t)(self->due - clock) < 0 ? clock : clock + self->period;
	return true;
}
/* Can so many CPUs give what is reserved, and `more` (in SHARE_UNIT, may be negative)? */
bool sched_context_fit(unsigned cpus_left, unsigned more);
