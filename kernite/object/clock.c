/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock. The monotonic clock is the architecture's and never changes; the wall clock is an
 * offset to it in the clock page, written under the kernel lock with a sequence count for the
 * readers.
 */
#include "object/clock.h"

#include <stdatomic.h>

#include "arch.h"
#include "gen/clock_ops.h"
#include "mm/boot_memory.h"

struct machine_clock machine_clock;
static struct kn_clock_page *page;

void clock_start(uint64_t base, uint64_t frequency)
{
	machine_clock = (struct machine_clock){base, frequency, (NS_PER_SECOND << CLOCK_SHIFT) / frequency};
}

paddr_t clock_boot(uint64_t wall)
{
	page = boot_alloc(PAGE_SIZE, PAGE_SIZE);
	page->counter_base = machine_clock.base;
	page->multiplier = machine_clock.multiplier;
	page->shift = CLOCK_SHIFT;
	page->frequency_khz = (uint32_t)(machine_clock.frequency / 1000);
	if (wall != 0)
		page->wall_offset = (int64_t)(wall * NS_PER_SECOND - arch_now());
	return virt_to_phys(page);
}

kn_status clock_now(struct clock *self, struct clock_now_out *out)
{
	out->monotonic = arch_now();
	/* Wraps: any time may have been set. */
	out->wall = (int64_t)(out->monotonic + (uint64_t)page->wall_offset);
	return KN_OK;
}

kn_status clock_set_wall(struct clock *self, const struct clock_set_wall_in *in)
{
	page->sequence++;
	atomic_thread_fence(memory_order_seq_cst);
	page->wall_offset = (int64_t)((uint64_t)in->wall - arch_now());
	atomic_thread_fence(memory_order_seq_cst);
	page->sequence++;
	return KN_OK;
}
