/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers. A period that was missed is skipped, so that a late timer does not fire in bursts. */
#include "object/timer.h"

#include "arch.h"
#include "gen/timer_ops.h"

#define PERIOD_MIN 100000

void timer_init(struct object *object)
{
	struct timer *timer = container_of(object, struct timer, object);

	list_init(&timer->source.link);
}

kn_status timer_destroy(struct object *object)
{
	struct timer *timer = container_of(object, struct timer, object);

	deadline_remove(&timer->deadline);
	signal_source_detach(&timer->source);
	return KN_OK;
}

void timer_expire(struct timer *timer, kn_time now)
{
	kn_time when = timer->deadline.when;

	signal_source_fire(&timer->source);
	if (timer->period == 0 || !timer->source.target)
		return;
	when += timer->period * ((now - when) / timer->period + 1);
	deadline_insert(&timer->deadline, DEADLINE_TIMER, when);
}

kn_status timer_bind(struct timer *self, const struct timer_bind_in *in)
{
	if (self->source.target)
		return KN_E_BUSY;
	signal_source_attach(&self->source, in->notification, 1);
	return KN_OK;
}

kn_status timer_set(struct timer *self, const struct timer_set_in *in)
{
	if (!self->source.target)
		return KN_E_NOT_FOUND;
	if (in->deadline == KN_TIME_FOREVER || (in->period != 0 && in->period < PERIOD_MIN) ||
	    in->period > KN_TIME_FOREVER / 4)
		return KN_E_RANGE;
	deadline_remove(&self->deadline);
	self->period = in->period;
	deadline_insert(&self->deadline, DEADLINE_TIMER, in->deadline);
	return KN_OK;
}

kn_status timer_cancel(struct timer *self, struct timer_cancel_out *out)
{
	if (self->deadline.kind == DEADLINE_NONE)
		return KN_OK;
	kn_time now = arch_now();

	/* Just expired but not yet fired: it does not fire, so something was left of it. */
	out->left = self->deadline.when > now ? self->deadline.when - now : 1;
	deadline_remove(&self->deadline);
	return KN_OK;
}
