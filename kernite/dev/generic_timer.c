/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual timer (ARM ARM D12): EL1 may always use it, under a hypervisor too, and user space
 * may read its counter. ns = (count - base) * multiplier >> SHIFT, a 128-bit product: exact for the
 * frequencies that divide 10^9, and within 2^-32 for others.
 */
#include "dev/generic_timer.h"

#include "arch.h"
#include "dev/acpi.h"
#include "dev/gic.h"

#define SHIFT 32
#define NS_PER_SECOND 1000000000ull
#define GTDT_VIRTUAL_GSIV 64
#define DEFAULT_VIRTUAL_INTID 27
#define LONGEST_WAIT (1ull << 40) /* 18 minutes; a later deadline just arms again */

unsigned generic_timer_intid = DEFAULT_VIRTUAL_INTID;
static uint64_t base, frequency, multiplier, inverse;

void generic_timer_init(void)
{
	frequency = read_sysreg(cntfrq_el0);
	base = read_sysreg(cntvct_el0);
	multiplier = (NS_PER_SECOND << SHIFT) / frequency;
	inverse = (frequency << SHIFT) / NS_PER_SECOND + 1;
}

void generic_timer_init_cpu(void)
{
	unsigned intid = (unsigned)acpi_field(acpi_find("GTDT", 0), GTDT_VIRTUAL_GSIV, 4);

	if (intid >= 16 && intid < 32)
		generic_timer_intid = intid;
	generic_timer_disarm();
	gic_enable_private(generic_timer_intid);
}

kn_time arch_now(void)
{
	/* Not before earlier instructions: time must not run backwards between CPUs (ARM ARM
	 * D12.2.2). */
	isb();
	return (kn_time)((unsigned __int128)(read_sysreg(cntvct_el0) - base) * multiplier >> SHIFT);
}

void generic_timer_disarm(void)
{
	write_sysreg(cntv_ctl_el0, 0);
}

void arch_timer_set(kn_time deadline)
{
	kn_time now;
	uint64_t wait;

	if (deadline == KN_TIME_FOREVER) {
		generic_timer_disarm();
		return;
	}
	now = arch_now();
	wait = deadline > now ? deadline - now : 0;
	if (wait > LONGEST_WAIT)
		wait = LONGEST_WAIT;
	/* Rounded up, so that it never fires before the deadline. */
	wait = (uint64_t)((unsigned __int128)wait * inverse >> SHIFT) + (wait != 0);
	write_sysreg(cntv_cval_el0, read_sysreg(cntvct_el0) + wait);
	write_sysreg(cntv_ctl_el0, 1);
	isb();
}

uint64_t arch_clock_frequency(void)
{
	return frequency;
}

void arch_clock_parameters(uint64_t *counter_base, uint64_t *out_multiplier, uint32_t *shift)
{
	*counter_base = base;
	*out_multiplier = multiplier;
	*shift = SHIFT;
}
