/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one kernel lock: a ticket lock, so CPUs enter in the order they came. Interrupts are off in
 * the kernel, so a spinning CPU serves TLB invalidations itself: their sender holds the lock and
 * waits.
 */
#pragma once

#include <stdatomic.h>

#include "arch.h"

struct kernel_lock {
	alignas(64) _Atomic uint32_t next;
	alignas(64) _Atomic uint32_t serving;
};

extern struct kernel_lock kernel_lock_state;

static inline void kernel_lock(void)
{
	uint32_t ticket =
	    atomic_fetch_add_explicit(&kernel_lock_state.next, 1, memory_order_relaxed);

	while (atomic_load_explicit(&kernel_lock_state.serving, memory_order_acquire) != ticket) {
		cpu_relax();
		arch_tlb_serve();
	}
}

static inline void kernel_unlock(void)
{
	uint32_t ticket = atomic_load_explicit(&kernel_lock_state.serving, memory_order_relaxed);

	atomic_store_explicit(&kernel_lock_state.serving, ticket + 1, memory_order_release);
}
