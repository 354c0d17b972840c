/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads. */
#include "../internal.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

void __stdio_enable_locks(void) __attribute__((__weak__));

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*function)(void *),
    void *restrict argument)
{
	struct sys_thread_options options = {.guard_size = 4096};
	struct sys_schedule schedule = {};

	if (attributes) {
		options.stack_size = attributes->__stack_size;
		options.guard_size = attributes->__guard_size;
		options.stack = attributes->__stack;
		options.is_detached = attributes->__detached == PTHREAD_CREATE_DETACHED;
		options.cpus = attributes->__cpus;
		if (attributes->__inherit == PTHREAD_EXPLICIT_SCHED) {
			/* The nice value is the process's, whoever asks. */
			(void)sys_get_schedule(0, &schedule);
			schedule = (struct sys_schedule){
			    .policy = attributes->__policy, .priority = attributes->__priority, .nice = schedule.nice};
			options.schedule = &schedule;
		}
	}
	if (!sys_is_threaded() && __stdio_enable_locks)
		__stdio_enable_locks();
	return -sys_thread_create(thread, &options, function, argument);
}

int pthread_join(pthread_t thread, void **value)
{
	return -sys_thread_join(thread, value);
}

int pthread_detach(pthread_t thread)
{
	return -sys_thread_detach(thread);
}

void pthread_exit(void *value)
{
	sys_thread_exit(value);
}

pthread_t pthread_self(void)
{
	return sys_thread_self();
}

int pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

int pthread_cancel(pthread_t thread)
{
	(void)thread;
	return ENOSYS;
}

int pthread_setcancelstate(int state, int *old)
{
	if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (old)
		*old = PTHREAD_CANCEL_DISABLE; /* nobody can be cancelled */
	return 0;
}

int pthread_setcanceltype(int type, int *old)
{
	if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
		return EINVAL;
	if (old)
		*old = PTHREAD_CANCEL_DEFERRED;
	return 0;
}

void pthread_testcancel(void)
{
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	(void)thread;
	return strlen(name) > 15 ? ERANGE : ENOSYS;
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
	(void)thread;
	if (size)
		*name = 0;
	return ENOSYS;
}

int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
	if (thread != pthread_self())
		return ENOSYS;
	*clock = CLOCK_THREAD_CPUTIME_ID;
	return 0;
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
	size_t size;

	pthread_attr_init(attributes);
	sys_thread_stack(thread, &attributes->__stack, &size);
	attributes->__stack_size = size;
	return 0;
}
