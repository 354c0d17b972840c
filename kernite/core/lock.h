/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one kernel lock. Interrupts are off in the kernel, so a spinning CPU serves TLB invalidations
 * itself: their sender holds the lock and waits.
 *
 * It is test-and-test-and-set, not a queue, on evidence: a ticket lock hands over to exactly the CPU
 * whose turn it is, and when that is a virtual CPU which its host does not run at the moment
 * everybody waits for the host's scheduler. The boot tests took over two minutes instead of six
 * seconds with 4 virtual CPUs on 2 busy cores. Holders are short, so unfairness costs little on
 * real machines; the lock is an interface, and more than one lock is the way to go there.
 */
#pragma once

#include <stdatomic.h>

#include "arch.h"

struct kernel_lock {
	alignas(64) _Atomic uint32_t is_held;
};

extern struct kernel_lock kernel_lock_state;

static inline void kernel_lock(void)
{
	_Atomic uint32_t *held = &kernel_lock_state.is_held;

	while (atomic_exchange_explicit(held, 1, memory_order_acquire) != 0) {
		do {
			cpu_relax();
			arch_tlb_serve();
		} while (atomic_load_explicit(held, memory_order_relaxed) != 0);
	}
}

static inline void kernel_unlock(void)
{
	atomic_store_explicit(&kernel_lock_state.is_held, 0, memory_order_release);
}
