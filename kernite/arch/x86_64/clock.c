/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the TSC counts, the local APIC's timer interrupts.
 *
 * The TSC's frequency comes from CPUID 15H or is measured once against the ACPI PM timer
 * (3.579545 MHz). Each reading is bracketed by two of the TSC
 * and the tightest of several kept, so that a preempted virtual CPU does not spoil it; when a
 * multiple of 100 MHz lies within the measurement's own uncertainty, it is that (emulators count
 * at 1 GHz sharp).
 */
#include "machine.h"
#include "core/cpu.h"
#include "dev/acpi.h"
#include "object/clock.h"
#include "registers.h"

#define PM_TIMER_HZ 3579545ull
#define MEASURE_US 5000
#define PM_TIMER_MASK 0xffffff /* it has 24 bits at least */
#define TIMER_COUNT_MAX 0xfffffff0ull

/* FADT (ACPI 6.5, 5.2.9). */
#define FADT_PM_TIMER 76
#define FADT_X_PM_TIMER 208

static uint64_t tsc_hz;
static uint64_t timer_hz; /* of the APIC timer; unused with TSC deadlines */
static uint16_t pm_timer_port;

struct sample {
	uint64_t tsc, error; /* middle of the bracket and its half width */
	uint32_t reference, apic;
};

static uint32_t pm_timer_read(void)
{
	return port_in32(pm_timer_port) & PM_TIMER_MASK;
}

/* No earlier than everything before it in program order (Intel SDM 18.17). */
static uint64_t tsc_read_ordered(void)
{
	__asm__ volatile("lfence" : : : "memory");
	return arch_cycles();
}

static struct sample sample_take(void)
{
	struct sample best = {.error = ~0ull};

	for (unsigned i = 0; i < 8; i++) {
		uint64_t before = tsc_read_ordered();
		uint32_t reference = pm_timer_read();
		uint32_t apic = apic_timer_count();
		uint64_t after = tsc_read_ordered();

		if (after - before < best.error)
			best = (struct sample){
			    before + (after - before) / 2, after - before, reference, apic};
	}
	return best;
}

/*
 * The frequency of what has advanced by `counted` in `ticks` of the reference. A multiple of 100 MHz
 * within the uncertainty (one tick, and `slack` TSC counts of both brackets) is what it is.
 */
static uint64_t frequency_of(uint64_t counted, uint64_t ticks, uint64_t slack)
{
	uint64_t hz = counted * PM_TIMER_HZ / ticks;
	uint64_t whole = (hz + 50000000) / 100000000 * 100000000;
	uint64_t distance = whole > hz ? whole - hz : hz - whole;

	return whole && distance <= hz / ticks + slack * PM_TIMER_HZ / ticks ? whole : hz;
}

static void measure(void)
{
	const uint32_t wait = PM_TIMER_HZ * MEASURE_US / 1000000;

	apic_timer_arm(~0u); /* does not expire so soon */
	const struct sample start = sample_take();

	while (((pm_timer_read() - start.reference) & PM_TIMER_MASK) < wait)
		cpu_relax();
	const struct sample end = sample_take();
	uint64_t ticks = (end.reference - start.reference) & PM_TIMER_MASK;

	if (!tsc_hz)
		tsc_hz = frequency_of(end.tsc - start.tsc, ticks, start.error + end.error);
	timer_hz = frequency_of(start.apic - end.apic, ticks, start.error + end.error);
	apic_timer_arm(0);
}

void clock_init(void)
{
	const struct acpi_header *fadt = acpi_find("FACP", 0);
	const uint64_t base = arch_cycles();

	tsc_hz = features.tsc_frequency;
	/* Generic address structure: space 1 is I/O; the address is at 4. */
	if (acpi_field(fadt, FADT_X_PM_TIMER, 1) == 1)
		pm_timer_port = (uint16_t)acpi_field(fadt, FADT_X_PM_TIMER + 4, 8);
	if (!pm_timer_port)
		pm_timer_port = (uint16_t)acpi_field(fadt, FADT_PM_TIMER, 4);
	if (!tsc_hz || !features.tsc_deadline) {
		if (!pm_timer_port)
			panic("ACPI names no PM timer to measure the clock with");
		measure();
	}
	clock_start(base, tsc_hz);
}

kn_time arch_now(void)
{
	return cycles_to_ns(arch_cycles() - machine_clock.base);
}

void delay_us(unsigned microseconds)
{
	uint64_t end = arch_now() + microseconds * 1000ull;

	while (arch_now() < end)
		cpu_relax();
}

static void timer_program(kn_time target)
{
	kn_time now = arch_now();
	uint64_t ns = target > now ? target - now : 0;

	if (features.tsc_deadline) {
		/* Deadlines further than an hour are reached in steps. */
		if (ns > 3600 * NS_PER_SECOND)
			ns = 3600 * NS_PER_SECOND;
		msr_write(MSR_TSC_DEADLINE, arch_cycles() + ns * (tsc_hz / 1000) / 1000000 + 1);
		return;
	}
	/* The counter has 32 bits; a longer way is gone in steps (clock_timer_fired). */
	if (ns > NS_PER_SECOND)
		ns = NS_PER_SECOND;
	uint64_t count = ns * timer_hz / NS_PER_SECOND + 1;

	apic_timer_arm(count < TIMER_COUNT_MAX ? (uint32_t)count : (uint32_t)TIMER_COUNT_MAX);
}

void arch_timer_set(kn_time deadline)
{
	this_cpu()->arch.timer_target = deadline;
	if (deadline != KN_TIME_FOREVER)
		timer_program(deadline);
	else if (features.tsc_deadline)
		msr_write(MSR_TSC_DEADLINE, 0);
	else
		apic_timer_arm(0);
}

void clock_timer_fired(void)
{
	kn_time target = this_cpu()->arch.timer_target;

	if (target == KN_TIME_FOREVER)
		return; /* was disarmed while the interrupt was on its way */
	if (arch_now() < target)
		timer_program(target);
	else
		trap_timer();
}
