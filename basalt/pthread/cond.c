/* SPDX-License-Identifier: BSD-2-Clause */
/* Conditions: waiters sleep on a sequence number that every signal advances. */
#include "../internal.h"

#include <pthread.h>
#include <limits.h>

static int sleep_on(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline)
{
	unsigned sequence = __atomic_load_n(&cond->__sequence, __ATOMIC_ACQUIRE);
	unsigned depth = mutex->__count;
	int error = 0, waited;

	__atomic_add_fetch(&cond->__waiters, 1, __ATOMIC_ACQ_REL);
	if (mutex->__type == PTHREAD_MUTEX_RECURSIVE)
		mutex->__count = 1;
	int status = pthread_mutex_unlock(mutex);
	if (status) {
		__atomic_sub_fetch(&cond->__waiters, 1, __ATOMIC_ACQ_REL);
		return status;
	}
	do
		waited = sys_wait_word(&cond->__sequence, sequence, deadline);
	while (waited == -EINTR && __atomic_load_n(&cond->__sequence, __ATOMIC_ACQUIRE) == sequence);
	if (waited == -ETIMEDOUT && __atomic_load_n(&cond->__sequence, __ATOMIC_ACQUIRE) == sequence)
		error = ETIMEDOUT;
	__atomic_sub_fetch(&cond->__waiters, 1, __ATOMIC_ACQ_REL);
	(void)pthread_mutex_lock(mutex);
	if (mutex->__type == PTHREAD_MUTEX_RECURSIVE)
		mutex->__count = depth;
	return error;
}

int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
	return sleep_on(cond, mutex, -1);
}

int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, clockid_t clock,
    const struct timespec *restrict time)
{
	int64_t deadline = __deadline(clock, time);

	return deadline < 0 ? EINVAL : sleep_on(cond, mutex, deadline);
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
    const struct timespec *restrict time)
{
	return pthread_cond_clockwait(cond, mutex, cond->__clock, time);
}

static int signal_some(pthread_cond_t *cond, unsigned count)
{
	__atomic_add_fetch(&cond->__sequence, 1, __ATOMIC_ACQ_REL);
	if (__atomic_load_n(&cond->__waiters, __ATOMIC_ACQUIRE))
		sys_wake_word(&cond->__sequence, count);
	return 0;
}

int pthread_cond_signal(pthread_cond_t *cond)
{
	return signal_some(cond, 1);
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
	return signal_some(cond, UINT_MAX);
}

int pthread_cond_init(pthread_cond_t *restrict cond, const pthread_condattr_t *restrict attributes)
{
	*cond = (pthread_cond_t){.__clock = attributes ? attributes->__clock : CLOCK_REALTIME};
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
	(void)cond;
	return 0;
}

int pthread_condattr_init(pthread_condattr_t *attributes)
{
	*attributes = (pthread_condattr_t){0};
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *restrict attributes, clockid_t *restrict clock)
{
	*clock = attributes->__clock;
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	attributes->__clock = clock;
	return 0;
}

int pthread_condattr_getpshared(const pthread_condattr_t *restrict attributes, int *restrict shared)
{
	*shared = attributes->__shared;
	return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attributes, int shared)
{
	attributes->__shared = shared;
	return 0;
}
