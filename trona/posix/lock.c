/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library's own locks: one word, asleep in the kernel only when somebody else has it. In a
 * process with one thread they cost two stores.
 */

#include "posix.h"

#include "kn/vspace.h"

void lock_take(struct lock *lock)
{
	uint32_t free = 0;

	signals_hold();
	if (!process.is_threaded) {
		lock->word = 1;
		return;
	}
	if (__atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
		(void)kn_vspace_wait(KN_SLOT_VSPACE, (uint64_t)&lock->word, 2, KN_TIME_FOREVER);
}

void lock_give(struct lock *lock)
{
	uint32_t woken;

	if (!process.is_threaded)
		lock->word = 0;
	else if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		(void)kn_vspace_wake(KN_SLOT_VSPACE, (uint64_t)&lock->word, 1, &woken);
	signals_release();
}
