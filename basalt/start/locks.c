/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The locks that picolibc asks for: recursive and plain ones are the same. Asleep in the kernel
 * only when contended; nothing at all in a process with one thread.
 */

#include "../internal.h"

#include <stdlib.h>
#include <sys/lock.h>

struct __lock {
	unsigned word;
	unsigned depth;
	pthread_t owner;
};

struct __lock __lock___libc_recursive_mutex;

void __retarget_lock_init(_LOCK_T *lock)
{
	*lock = calloc(1, sizeof **lock);
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	*lock = calloc(1, sizeof **lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
	free(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	free(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	pthread_t self = sys_thread_self();
	unsigned free = 0;

	if (!lock)
		return;
	if (lock->owner == self) {
		lock->depth++;
		return;
	}
	if (!sys_is_threaded())
		lock->word = 1;
	else if (!__atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
			(void)sys_wait_word(&lock->word, 2, -1);
	lock->owner = self;
	lock->depth = 1;
}

void __retarget_lock_release(_LOCK_T lock)
{
	if (!lock || --lock->depth)
		return;
	lock->owner = nullptr;
	if (!sys_is_threaded())
		lock->word = 0;
	else if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		sys_wake_word(&lock->word, 1);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	__retarget_lock_acquire(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	__retarget_lock_release(lock);
}

void __locks_fork(int who)
{
	if (who < 0)
		__retarget_lock_acquire(&__lock___libc_recursive_mutex);
	else
		__retarget_lock_release(&__lock___libc_recursive_mutex);
}
