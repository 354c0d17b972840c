/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one kernel lock. Interrupts are off in the kernel, so a spinning CPU serves TLB invalidations
 * itself: their sender holds the lock and waits.
 *
 * It is test-and-test-and-set, not a queue, on evidence: a ticket lock hands over to exactly the
 * CPU whose turn it is, and when that is a virtual CPU which its host does not run at the moment
 * everybody waits for the host's scheduler. The boot tests took over two minutes instead of six
 * seconds with 4 virtual CPUs on 2 busy cores.
 *
 * Alone that starves: who looks at the wrong moments, in step with CPUs that are in the kernel most
 * of their time, never gets it (under icount, where virtual CPUs take turns, a fork bomb kept
 * others out for minutes). So those who wait are counted in the lock's word, beside the byte that
 * says it is held. Who comes takes the lock from a word that is zero, which costs nothing more;
 * otherwise he waits too, for one look at least. Unlocking clears the byte alone. Nobody's turn is
 * waited for: among those who wait the first that looks has it.
 */
#pragma once

#include <stdatomic.h>

#include "arch.h"

enum : uint32_t {
	LOCK_HELD = 1,
	LOCK_WAITING = 0x100, /* a CPU that waits */
};

union kernel_lock {
	alignas(64) _Atomic uint32_t word;
	_Atomic uint8_t is_held; /* its lowest byte */
};

extern union kernel_lock kernel_lock_state;

/* The complete kernel_lock(), for who has not got it at once. */
[[gnu::cold]] void kernel_lock_wait(void);

static inline void kernel_lock(void)
{
	uint32_t free = 0;

	if (__builtin_expect(!atomic_compare_exchange_weak_explicit(&kernel_lock_state.word, &free, LOCK_HELD,
				 memory_order_acquire, memory_order_relaxed), 0))
		kernel_lock_wait();
}

static inline void kernel_unlock(void)
{
	atomic_store_explicit(&kernel_lock_state.is_held, 0, memory_order_release);
}
