/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling contexts. A thread without one does not run; unbinding stops it until it is resumed
 * with another. */
#include "object/sched_context.h"

#include "core/scheduler.h"
#include "gen/sched_context_ops.h"

/* A deadline far enough away for any arithmetic on it. */
#define TIME_MAX (1ull << 62)

uint64_t cycles_to_ns(uint64_t cycles)
{
	uint64_t base, multiplier;
	uint32_t shift;

	arch_clock_parameters(&base, &multiplier, &shift);
	return (uint64_t)((unsigned __int128)cycles * multiplier >> shift);
}

void sched_context_init(struct object *object)
{
	struct sched_context *context = container_of(object, struct sched_context, object);

	context->budget = SLICE_DEFAULT;
}

/* false: the thread still runs somewhere. */
static bool unbind(struct sched_context *self)
{
	if (!self->thread)
		return true;
	/* The caller itself stops at the end of this system call. */
	if (!thread_halt(self->thread) && self->thread != this_cpu()->current)
		return false;
	self->thread->sched_context = nullptr;
	self->thread = nullptr;
	return true;
}

kn_status sched_context_destroy(struct object *object)
{
	return unbind(container_of(object, struct sched_context, object)) ? KN_OK : KN_RESTART;
}

kn_status sched_context_configure(
    struct sched_context *self, const struct sched_context_configure_in *in)
{
	if (in->flags & ~SCHED_RESERVATION)
		return KN_E_INVALID_ARG;
	if (in->budget < SLICE_MIN || in->budget > TIME_MAX || in->period > TIME_MAX ||
	    in->deadline > TIME_MAX)
		return KN_E_RANGE;
	if (in->period != 0 && (in->budget > in->period || in->deadline > in->period))
		return KN_E_RANGE;
	if (in->period == 0 && (in->deadline != 0 || in->flags != 0))
		return KN_E_INVALID_ARG;
	self->budget = in->budget;
	self->period = in->period;
	self->deadline = in->deadline;
	self->flags = in->flags;
	return KN_OK;
}

kn_status sched_context_bind(struct sched_context *self, const struct sched_context_bind_in *in)
{
	struct tcb *thread = slot_object(in->thread, tcb);

	if (self->thread || thread->sched_context)
		return KN_E_BUSY;
	self->thread = thread;
	thread->sched_context = self;
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
	out->time =
	    cycles_to_ns(self->consumed + (self->thread ? scheduler_uncharged(self->thread) : 0));
	return KN_OK;
}
