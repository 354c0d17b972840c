/* SPDX-License-Identifier: BSD-2-Clause */
/* Barriers and spin locks. */
#include "../internal.h"

#include <pthread.h>
#include <limits.h>

int pthread_barrier_init(pthread_barrier_t *restrict barrier, const pthread_barrierattr_t *restrict attributes, unsigned count)
{
	(void)attributes;
	if (count == 0)
		return EINVAL;
	*barrier = (pthread_barrier_t){.__count = count};
	return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	return barrier->__arrived ? EBUSY : 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	unsigned sequence = __atomic_load_n(&barrier->__sequence, __ATOMIC_ACQUIRE);

	if (__atomic_add_fetch(&barrier->__arrived, 1, __ATOMIC_ACQ_REL) == barrier->__count) {
		__atomic_store_n(&barrier->__arrived, 0, __ATOMIC_RELEASE);
		__atomic_add_fetch(&barrier->__sequence, 1, __ATOMIC_ACQ_REL);
		sys_wake_word(&barrier->__sequence, UINT_MAX);
		return PTHREAD_BARRIER_SERIAL_THREAD;
	}
	while (__atomic_load_n(&barrier->__sequence, __ATOMIC_ACQUIRE) == sequence)
		(void)sys_wait_word(&barrier->__sequence, sequence, -1);
	return 0;
}

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	(void)shared;
	lock->__word = 0;
	return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	(void)lock;
	return 0;
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
	for (unsigned tries = 0; __atomic_exchange_n(&lock->__word, 1, __ATOMIC_ACQUIRE); tries++)
		if (tries > 100)
			sys_yield(); /* the holder may wait for this CPU */
	return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	return __atomic_exchange_n(&lock->__word, 1, __ATOMIC_ACQUIRE) ? EBUSY : 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	__atomic_store_n(&lock->__word, 0, __ATOMIC_RELEASE);
	return 0;
}
