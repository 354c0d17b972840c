/* SPDX-License-Identifier: BSD-2-Clause */
/* How single threads, and those to come, are scheduled. */
#include "../internal.h"

#include <pthread.h>
#include <string.h>

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *parameters)
{
	int before = errno;
	int error = sched_setscheduler(sys_thread_number(thread), policy, parameters) < 0 ? errno : 0;

	errno = before;
	return error;
}

int pthread_getschedparam(pthread_t thread, int *restrict policy, struct sched_param *restrict parameters)
{
	struct sys_schedule schedule;
	int error = sys_get_schedule(sys_thread_number(thread), &schedule);

	if (error == 0) {
		*policy = schedule.policy;
		parameters->sched_priority = schedule.priority;
	}
	return -error;
}

int pthread_setschedprio(pthread_t thread, int priority)
{
	int policy;
	struct sched_param parameters;
	int error = pthread_getschedparam(thread, &policy, &parameters);

	parameters.sched_priority = priority;
	return error ? error : pthread_setschedparam(thread, policy, &parameters);
}

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
	uint64_t cpus = 0;

	memcpy(&cpus, set, size < sizeof cpus ? size : sizeof cpus);
	return -sys_set_affinity(sys_thread_number(thread), cpus);
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	uint64_t cpus = 0;
	int error = size < sizeof cpus || size % sizeof cpus ? -EINVAL : sys_get_affinity(sys_thread_number(thread), &cpus);

	if (error == 0) {
		memset(set, 0, size);
		memcpy(set, &cpus, sizeof cpus);
	}
	return -error;
}

int pthread_attr_getinheritsched(const pthread_attr_t *restrict attributes, int *restrict inherit)
{
	*inherit = attributes->__inherit;
	return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attributes, int inherit)
{
	if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED)
		return EINVAL;
	attributes->__inherit = inherit;
	return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *restrict attributes, int *restrict policy)
{
	*policy = attributes->__policy;
	return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *attributes, int policy)
{
	if (policy != SCHED_OTHER && policy != SCHED_FIFO && policy != SCHED_RR)
		return EINVAL;
	attributes->__policy = policy;
	return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *restrict attributes, struct sched_param *restrict parameters)
{
	parameters->sched_priority = attributes->__priority;
	return 0;
}

/* Whether it fits the policy, which may be set later, is seen when a thread is made. */
int pthread_attr_setschedparam(pthread_attr_t *restrict attributes, const struct sched_param *restrict parameters)
{
	if (parameters->sched_priority < 0 || parameters->sched_priority > sched_get_priority_max(SCHED_FIFO))
		return EINVAL;
	attributes->__priority = parameters->sched_priority;
	return 0;
}

int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *set)
{
	attributes->__cpus = 0;
	memcpy(&attributes->__cpus, set, size < sizeof attributes->__cpus ? size : sizeof attributes->__cpus);
	return 0;
}

int pthread_attr_getaffinity_np(const pthread_attr_t *attributes, size_t size, cpu_set_t *set)
{
	if (size < sizeof attributes->__cpus)
		return EINVAL;
	memset(set, attributes->__cpus ? 0 : 0xff, size);
	if (attributes->__cpus)
		memcpy(set, &attributes->__cpus, sizeof attributes->__cpus);
	return 0;
}
