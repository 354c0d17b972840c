/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: the machine's counter, the page that every program may read, and the wall clock. */
#pragma once

#include "kernite/types.h"

#define NS_PER_SECOND 1000000000ull
#define CLOCK_SHIFT 32

/* The counter of arch_cycles(), which user space may read too: ns since boot are
 * (count - base) * multiplier >> CLOCK_SHIFT, by a 128-bit product: exact for centuries. */
extern struct machine_clock {
	uint64_t base, frequency, multiplier;
} machine_clock;

static inline uint64_t cycles_to_ns(uint64_t cycles)
{
	return (uint64_t)((unsigned __int128)cycles * machine_clock.multiplier >> CLOCK_SHIFT);
}

/* The machine knows its counter, before anybody asks for the time. */
void clock_start(uint64_t base, uint64_t frequency);
/* Boot: fill the clock page; returns its address. `wall`: seconds since 1970 at boot, 0: unknown.
 */
paddr_t clock_boot(uint64_t wall);
