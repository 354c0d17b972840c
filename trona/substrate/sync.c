/* SPDX-License-Identifier: BSD-2-Clause */
/* The mutex of trona/sync.h: three states (Drepper, "Futexes Are Tricky"), sleeping on the word itself. */
#include "trona/sync.h"

#include "kn/vspace.h"
#include "uapi/error.h"

bool mutex_try_lock(struct mutex *mutex)
{
	uint32_t expected = 0;

	return atomic_compare_exchange_strong_explicit(
	    &mutex->state, &expected, 1, memory_order_acquire, memory_order_relaxed);
}

void mutex_lock(struct mutex *mutex)
{
	if (mutex_try_lock(mutex))
		return;
	while (atomic_exchange_explicit(&mutex->state, 2, memory_order_acquire) != 0) {
		/* Whatever ends the wait, the exchange above decides. */
		(void)!kn_vspace_wait(KN_SLOT_VSPACE, (uint64_t)&mutex->state, 2, KN_TIME_FOREVER);
	}
}

void mutex_unlock(struct mutex *mutex)
{
	uint32_t woken;

	if (atomic_exchange_explicit(&mutex->state, 0, memory_order_release) == 2)
		(void)!kn_vspace_wake(KN_SLOT_VSPACE, (uint64_t)&mutex->state, 1, &woken);
}
