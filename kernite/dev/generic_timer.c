/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual timer (ARM ARM D12): EL1 may always use it, under a hypervisor too, and user space
 * may read its counter.
 */
#include "dev/generic_timer.h"

#include "arch.h"
#include "dev/acpi.h"
#include "dev/gic.h"
#include "object/clock.h"

#define GTDT_VIRTUAL_GSIV 64
#define DEFAULT_VIRTUAL_INTID 27
#define LONGEST_WAIT (1ull << 40) /* 18 minutes; a later deadline just arms again */

unsigned generic_timer_intid = DEFAULT_VIRTUAL_INTID;
static uint64_t inverse;

void generic_timer_init(void)
{
	clock_start(arch_cycles(), read_sysreg(cntfrq_el0));
	inverse = (machine_clock.frequency << CLOCK_SHIFT) / NS_PER_SECOND + 1;
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
	return cycles_to_ns(arch_cycles() - machine_clock.base);
}

void generic_timer_disarm(void)
{
	write_sysreg(cntv_ctl_el0, 0);
}

void arch_timer_set(kn_time deadline)
{
	if (deadline == KN_TIME_FOREVER) {
		generic_timer_disarm();
		return;
	}
	kn_time now = arch_now();
	uint64_t wait = deadline > now ? deadline - now : 0;

	if (wait > LONGEST_WAIT)
		wait = LONGEST_WAIT;
	/* Rounded up, so that it never fires before the deadline. */
	wait = (uint64_t)((unsigned __int128)wait * inverse >> CLOCK_SHIFT) + (wait != 0);
	write_sysreg(cntv_cval_el0, read_sysreg(cntvct_el0) + wait);
	write_sysreg(cntv_ctl_el0, 1);
	isb();
}
