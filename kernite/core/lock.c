/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for the kernel lock (lock.h). */
#include "core/lock.h"

union kernel_lock kernel_lock_state;

void kernel_lock_wait(void)
{
	_Atomic uint32_t *word = &kernel_lock_state.word;
	uint32_t seen;

	atomic_fetch_add_explicit(word, LOCK_WAITING, memory_order_relaxed);
	do {
		cpu_relax();
		arch_tlb_serve();
		seen = atomic_load_explicit(word, memory_order_relaxed);
	} while ((seen & LOCK_HELD) ||
		 !atomic_compare_exchange_weak_explicit(word, &seen, seen - LOCK_WAITING + LOCK_HELD,
		     memory_order_acquire, memory_order_relaxed));
}
