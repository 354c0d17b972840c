/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes: one word (0 free, 1 taken, 2 taken and waited for), taken without the kernel when
 * free.
 */
#include "../internal.h"

#include <pthread.h>

static bool take_word(pthread_mutex_t *mutex)
{
	unsigned free = 0;

	return __atomic_compare_exchange_n(&mutex->__word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Owner and depth of the kinds that have them; -1: go on and take the word. */
static int own(pthread_mutex_t *mutex, int busy)
{
	if (mutex->__owner != sys_thread_self())
		return -1;
	if (mutex->__type == PTHREAD_MUTEX_ERRORCHECK)
		return busy ? EBUSY : EDEADLK;
	if (mutex->__count == ~0u)
		return EAGAIN;
	mutex->__count++;
	return 0;
}

static void taken(pthread_mutex_t *mutex)
{
	if (mutex->__type != PTHREAD_MUTEX_NORMAL) {
		mutex->__owner = sys_thread_self();
		mutex->__count = 1;
	}
}

static int take(pthread_mutex_t *mutex, int64_t deadline)
{
	if (mutex->__type != PTHREAD_MUTEX_NORMAL) {
		int known = own(mutex, false);

		if (known >= 0)
			return known;
	}
	if (!take_word(mutex)) {
		while (__atomic_exchange_n(&mutex->__word, 2, __ATOMIC_ACQUIRE) != 0)
			if (sys_wait_word(&mutex->__word, 2, deadline) == -ETIMEDOUT)
				return ETIMEDOUT;
	}
	taken(mutex);
	return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (mutex->__type == PTHREAD_MUTEX_NORMAL && take_word(mutex))
		return 0;
	return take(mutex, -1);
}

int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict time)
{
	if (mutex->__type == PTHREAD_MUTEX_NORMAL && take_word(mutex))
		return 0;
	int64_t deadline = __deadline(clock, time);
	return deadline < 0 ? EINVAL : take(mutex, deadline);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict time)
{
	return pthread_mutex_clocklock(mutex, CLOCK_REALTIME, time);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	if (mutex->__type != PTHREAD_MUTEX_NORMAL) {
		int known = own(mutex, true);

		if (known >= 0)
			return known;
	}
	if (!take_word(mutex))
		return EBUSY;
	taken(mutex);
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (mutex->__type != PTHREAD_MUTEX_NORMAL) {
		if (mutex->__owner != sys_thread_self())
			return EPERM;
		if (--mutex->__count)
			return 0;
		mutex->__owner = nullptr;
	}
	if (__atomic_exchange_n(&mutex->__word, 0, __ATOMIC_RELEASE) == 2)
		sys_wake_word(&mutex->__word, 1);
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *restrict mutex, const pthread_mutexattr_t *restrict attributes)
{
	*mutex = (pthread_mutex_t){.__type = attributes ? attributes->__type : 0};
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return mutex->__word ? EBUSY : 0;
}
