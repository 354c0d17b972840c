/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling policies. */
#include "../internal.h"

#include <sched.h>
#include <string.h>

#define PRIORITY_MAX 99
#define ROUND_ROBIN_NS 100000000
#define SLICE_NS 5000000

int sched_yield(void)
{
	sys_yield();
	return 0;
}

/* What a thread becomes that is made `policy` and `priority`; its nice value stays. */
static int set_policy(pid_t pid, int policy, int priority, unsigned flags)
{
	struct sys_schedule schedule;

	if (pid < 0 || policy == SCHED_DEADLINE)
		return -EINVAL;
	int error = sys_get_schedule(pid, &schedule);
	if (error == 0)
		error = sys_set_schedule(pid, &(struct sys_schedule){
						  .policy = policy, .priority = priority, .nice = schedule.nice, .flags = flags});
	return error;
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *parameters)
{
	if (!parameters)
		return (int)result(-EINVAL);
	return (int)result(set_policy(pid, policy & ~SCHED_RESET_ON_FORK, parameters->sched_priority,
	    policy & SCHED_RESET_ON_FORK ? SCHED_FLAG_RESET_ON_FORK : 0));
}

int sched_getscheduler(pid_t pid)
{
	struct sys_schedule schedule;
	int error = pid < 0 ? -EINVAL : sys_get_schedule(pid, &schedule);

	if (error)
		return (int)result(error);
	return schedule.policy | (schedule.flags & SCHED_FLAG_RESET_ON_FORK ? SCHED_RESET_ON_FORK : 0);
}

int sched_setparam(pid_t pid, const struct sched_param *parameters)
{
	struct sys_schedule schedule;
	int error = pid < 0 || !parameters ? -EINVAL : sys_get_schedule(pid, &schedule);

	if (error == 0)
		error = set_policy(pid, schedule.policy, parameters->sched_priority, schedule.flags);
	return (int)result(error);
}

int sched_getparam(pid_t pid, struct sched_param *parameters)
{
	struct sys_schedule schedule;
	int error = pid < 0 || !parameters ? -EINVAL : sys_get_schedule(pid, &schedule);

	if (error == 0)
		parameters->sched_priority = schedule.priority;
	return (int)result(error);
}

static int priority_end(int policy, int otherwise)
{
	switch (policy) {
	case SCHED_OTHER:
	case SCHED_DEADLINE:
		return 0;
	case SCHED_FIFO:
	case SCHED_RR:
		return otherwise;
	default:
		return (int)result(-EINVAL);
	}
}

int sched_get_priority_max(int policy)
{
	return priority_end(policy, PRIORITY_MAX);
}

int sched_get_priority_min(int policy)
{
	return priority_end(policy, 1);
}

int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
	struct sys_schedule schedule;
	int error = pid < 0 ? -EINVAL : sys_get_schedule(pid, &schedule);

	if (error == 0)
		*interval = to_timespec(schedule.policy == SCHED_RR ? ROUND_ROBIN_NS : schedule.policy == SCHED_OTHER ? SLICE_NS : 0);
	return (int)result(error);
}

/* Is everything behind what we know zero? Else it asks for something newer. */
static bool is_known(const struct sched_attr *attributes)
{
	const unsigned char *bytes = (const unsigned char *)attributes;

	if (attributes->size < SCHED_ATTR_SIZE_VER0 || attributes->size > 4096)
		return false;
	for (size_t i = sizeof *attributes; i < attributes->size; i++)
		if (bytes[i])
			return false;
	return true;
}

int sched_setattr(pid_t pid, struct sched_attr *attributes, unsigned flags)
{
	if (pid < 0 || !attributes || flags != 0)
		return (int)result(-EINVAL);
	if (attributes->size == 0)
		attributes->size = SCHED_ATTR_SIZE_VER0;
	if (!is_known(attributes)) {
		attributes->size = sizeof *attributes;
		return (int)result(-E2BIG);
	}
	if (attributes->sched_flags > SCHED_FLAG_RESET_ON_FORK || attributes->sched_priority > PRIORITY_MAX)
		return (int)result(-EINVAL);
	struct sys_schedule schedule = {.policy = (int)attributes->sched_policy, .priority = (int)attributes->sched_priority,
	    .flags = (unsigned)attributes->sched_flags};
	if (schedule.policy == SCHED_OTHER)
		schedule.nice = attributes->sched_nice < -20 ? -20 : attributes->sched_nice > 19 ? 19 : attributes->sched_nice;
	if (schedule.policy == SCHED_DEADLINE) {
		schedule.runtime = attributes->sched_runtime;
		schedule.deadline = attributes->sched_deadline;
		schedule.period = attributes->sched_period;
	}
	return (int)result(sys_set_schedule(pid, &schedule));
}

int sched_getattr(pid_t pid, struct sched_attr *attributes, unsigned size, unsigned flags)
{
	struct sys_schedule schedule;

	if (pid < 0 || !attributes || flags != 0 || size < SCHED_ATTR_SIZE_VER0 || size > 4096)
		return (int)result(-EINVAL);
	int error = sys_get_schedule(pid, &schedule);
	if (error)
		return (int)result(error);
	const struct sched_attr now = {.size = size < sizeof now ? SCHED_ATTR_SIZE_VER0 : sizeof now,
	    .sched_policy = (__uint32_t)schedule.policy, .sched_flags = schedule.flags, .sched_nice = schedule.nice,
	    .sched_priority = (__uint32_t)schedule.priority, .sched_runtime = schedule.runtime,
	    .sched_deadline = schedule.deadline, .sched_period = schedule.period};
	memcpy(attributes, &now, now.size);
	return 0;
}
