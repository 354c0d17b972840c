/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the clock page (kernel/clock.idl) without a system call; the counter itself (RDTSC, CNTVCT_EL0) is
 * read in arch/<isa>/counter.S.
 */
#include "trona/clock.h"

#include <stdatomic.h>

#include "uapi/object/clock.h"

uint64_t arch_counter(void);

static uint64_t scaled(const volatile struct kn_clock_page *page)
{
	unsigned __int128 product = (unsigned __int128)(arch_counter() - page->counter_base) * page->multiplier;

	return (uint64_t)(product >> page->shift);
}

kn_time clock_page_now(const void *address, int64_t *wall_offset)
{
	const volatile struct kn_clock_page *page = address;
	uint64_t before, now;

	do {
		before = page->sequence;
		atomic_thread_fence(memory_order_acquire);
		now = scaled(page);
		*wall_offset = page->wall_offset;
		atomic_thread_fence(memory_order_acquire);
	} while ((before & 1) != 0 || page->sequence != before);
	return now;
}
