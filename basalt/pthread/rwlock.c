/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read-write locks: __state counts readers, ~0 is a writer; waiting writers hold new readers
 * back.
 */
#include "../internal.h"

#include <pthread.h>
#include <limits.h>

#define WRITER (~0u)

static int read_lock(pthread_rwlock_t *lock, int64_t deadline, bool tries)
{
	for (;;) {
		unsigned state = __atomic_load_n(&lock->__state, __ATOMIC_ACQUIRE);

		if (state == WRITER && lock->__writer == sys_thread_self())
			return tries ? EBUSY : EDEADLK;
		if (state < WRITER - 1 && __atomic_load_n(&lock->__writers_waiting, __ATOMIC_ACQUIRE) == 0) {
			if (__atomic_compare_exchange_n(&lock->__state, &state, state + 1, false, __ATOMIC_ACQUIRE,
				__ATOMIC_RELAXED))
				return 0;
			continue;
		}
		if (tries)
			return EBUSY;
		if (state == 0) {
			/* A writer is about to come: let it. */
			sys_yield();
			continue;
		}
		__atomic_add_fetch(&lock->__waiters, 1, __ATOMIC_ACQ_REL);
		int waited = sys_wait_word(&lock->__state, state, deadline);
		__atomic_sub_fetch(&lock->__waiters, 1, __ATOMIC_ACQ_REL);
		if (waited == -ETIMEDOUT)
			return ETIMEDOUT;
	}
}

static int write_lock(pthread_rwlock_t *lock, int64_t deadline, bool tries)
{
	for (;;) {
		unsigned state = 0;

		if (__atomic_compare_exchange_n(&lock->__state, &state, WRITER, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			lock->__writer = sys_thread_self();
			return 0;
		}
		if (tries)
			return EBUSY;
		if (state == WRITER && lock->__writer == sys_thread_self())
			return EDEADLK;
		__atomic_add_fetch(&lock->__waiters, 1, __ATOMIC_ACQ_REL);
		__atomic_add_fetch(&lock->__writers_waiting, 1, __ATOMIC_ACQ_REL);
		int waited = sys_wait_word(&lock->__state, state, deadline);
		__atomic_sub_fetch(&lock->__writers_waiting, 1, __ATOMIC_ACQ_REL);
		__atomic_sub_fetch(&lock->__waiters, 1, __ATOMIC_ACQ_REL);
		if (waited == -ETIMEDOUT)
			return ETIMEDOUT;
	}
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	return read_lock(lock, -1, false);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return read_lock(lock, -1, true);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict time)
{
	int64_t deadline = __deadline(CLOCK_REALTIME, time);

	return deadline < 0 ? EINVAL : read_lock(lock, deadline, false);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	return write_lock(lock, -1, false);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	return write_lock(lock, -1, true);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict time)
{
	int64_t deadline = __deadline(CLOCK_REALTIME, time);

	return deadline < 0 ? EINVAL : write_lock(lock, deadline, false);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	unsigned left;

	if (__atomic_load_n(&lock->__state, __ATOMIC_RELAXED) == WRITER) {
		lock->__writer = nullptr;
		left = 0;
		__atomic_store_n(&lock->__state, 0, __ATOMIC_RELEASE);
	} else {
		left = __atomic_sub_fetch(&lock->__state, 1, __ATOMIC_RELEASE);
	}
	if (left == 0 && __atomic_load_n(&lock->__waiters, __ATOMIC_ACQUIRE))
		sys_wake_word(&lock->__state, UINT_MAX);
	return 0;
}

int pthread_rwlock_init(pthread_rwlock_t *restrict lock, const pthread_rwlockattr_t *restrict attributes)
{
	(void)attributes;
	*lock = (pthread_rwlock_t){0};
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	return lock->__state ? EBUSY : 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attributes)
{
	*attributes = (pthread_rwlockattr_t){0};
	return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attributes)
{
	(void)attributes;
	return 0;
}
