/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC (Intel SDM vol. 3, chapter 11): x2APIC by MSR where the CPU has it, else xAPIC
 * by memory. End of interrupt, inter-processor interrupts and the one-shot timer.
 */
#include "machine.h"
#include "registers.h"

enum apic_register : unsigned {
	APIC_ID = 0x20,
	APIC_TASK_PRIORITY = 0x80,
	APIC_EOI = 0xb0,
	APIC_SPURIOUS = 0xf0,
	APIC_ICR = 0x300,
	APIC_ICR_HIGH = 0x310,
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
};

#define APIC_BASE_X2 (1ull << 10)
#define APIC_BASE_ENABLE (1ull << 11)
#define SPURIOUS_ENABLE 0x100u
#define LVT_MASKED 0x10000u
#define LVT_NMI 0x400u
#define LVT_TSC_DEADLINE 0x40000u
#define ICR_PENDING 0x1000u
#define ICR_ASSERT 0x4000u
#define TIMER_DIVIDE_BY_1 0xbu

static volatile uint32_t *registers; /* null: x2APIC */

static uint32_t apic_read(enum apic_register index)
{
	if (!registers)
		return (uint32_t)msr_read(MSR_X2APIC + (index >> 4));
	return registers[index / 4];
}

static void apic_write(enum apic_register index, uint32_t value)
{
	if (!registers)
		msr_write(MSR_X2APIC + (index >> 4), value);
	else
		registers[index / 4] = value;
}

void apic_init(void)
{
	uint64_t base = msr_read(MSR_APIC_BASE);

	/* The firmware may have left x2APIC on; there is no way back but a reset. */
	if (!features.x2apic && !(base & APIC_BASE_X2))
		registers = arch_map_device(paddr(base & 0x000ffffffffff000ull), PAGE_SIZE);
}

void apic_init_cpu(void)
{
	uint64_t base = msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	if (!registers)
		base |= APIC_BASE_X2;
	msr_write(MSR_APIC_BASE, base);
	apic_write(APIC_TASK_PRIORITY, 0);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | (features.tsc_deadline ? LVT_TSC_DEADLINE : 0));
}

uint32_t apic_id(void)
{
	uint32_t id = apic_read(APIC_ID);

	return registers ? id >> 24 : id;
}

void apic_end_of_interrupt(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_send(uint32_t destination, uint32_t command)
{
	command |= ICR_ASSERT;
	if (!registers) {
		/*
		 * WRMSR to x2APIC is not serialising: make our stores visible first (SDM vol. 3,
		 * 11.12.3).
		 */
		__asm__ volatile("mfence; lfence" : : : "memory");
		msr_write(MSR_X2APIC + (APIC_ICR >> 4), (uint64_t)destination << 32 | command);
		return;
	}
	while (apic_read(APIC_ICR) & ICR_PENDING)
		cpu_relax();
	apic_write(APIC_ICR_HIGH, destination << 24);
	apic_write(APIC_ICR, command);
}

uint32_t apic_timer_count(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}

/* One interrupt after `count` timer ticks; 0 disarms. */
void apic_timer_arm(uint32_t count)
{
	apic_write(APIC_TIMER_INITIAL, count);
}
