/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs: finding them in the MADT, starting them by INIT and STARTUP (Intel SDM vol. 3,
 * 9.4.4), and interrupting them. CPU indexes are dense; 0 is the boot CPU, the rest follow in
 * MADT order.
 */
#include "machine.h"
#include "asm_offsets.h"
#include "core/cpu.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"
#include "registers.h"

#define LOW_MEMORY_END 0xa0000u
#define MADT_CPU_ENABLED 1u

extern const char trampoline_start[], trampoline_end[], trampoline_fix_protected[];
extern const char trampoline_fix_long[], trampoline_fix_gdt[];

bool smp_is_halting;
static uint32_t apic_ids[KERNEL_MAX_CPUS];
static unsigned cpu_count = 1;
static paddr_t trampoline;
static unsigned answered; /* index of the last CPU that came up; atomic */

static void add_cpu(uint32_t id, uint64_t flags)
{
	if ((flags & MADT_CPU_ENABLED) && id != apic_ids[0] && cpu_count < KERNEL_MAX_CPUS)
		apic_ids[cpu_count++] = id;
}

void smp_find_cpus(void)
{
	const struct acpi_header *madt = acpi_find("APIC", 0);

	apic_ids[0] = apic_id();
	if (!madt)
		return;
	for (const struct acpi_madt_entry *e = nullptr; (e = acpi_madt_next(madt, e));) {
		if (e->type == ACPI_MADT_LOCAL_APIC)
			add_cpu((uint32_t)acpi_madt_field(e, 3, 1), acpi_madt_field(e, 4, 4));
		else if (e->type == ACPI_MADT_LOCAL_X2APIC && features.x2apic)
			add_cpu((uint32_t)acpi_madt_field(e, 4, 4), acpi_madt_field(e, 8, 4));
	}
}

unsigned arch_cpu_count(void)
{
	return cpu_count;
}

uint32_t smp_apic_id(unsigned index)
{
	return apic_ids[index];
}

/* A page below 640 KiB that is RAM, not the first one, and not part of the boot archive. */
static uint64_t find_low_page(const struct boot_info *info)
{
	for (uint64_t page = LOW_MEMORY_END - PAGE_SIZE; page >= PAGE_SIZE; page -= PAGE_SIZE) {
		enum boot_region_kind kind = boot_region_kind_at(info, page);

		if (kind == BOOT_REGION_IN_USE && page - info->archive_base >= info->archive_size &&
		    info->archive_base - page >= PAGE_SIZE)
			return page;
	}
	return 0;
}

static void set_word(uint64_t page, unsigned offset, uint64_t value)
{
	*(uint64_t *)phys_to_virt(paddr(page + offset)) = value;
}

/* The trampoline is linked at 0; its three absolute addresses get the page's. */
static void relocate(uint64_t page, const char *where)
{
	char *place = phys_to_virt(paddr(page + (uint64_t)(where - trampoline_start)));
	uint32_t address;

	/* Inside instructions, so at any address. */
	memcpy(&address, place, sizeof(address));
	address += (uint32_t)page;
	memcpy(place, &address, sizeof(address));
}

void smp_place_trampoline(const struct boot_info *info)
{
	uint64_t page = cpu_count > 1 ? find_low_page(info) : 0;

	if (!page) {
		cpu_count = 1;
		return;
	}
	trampoline = paddr(page);
	memcpy(phys_to_virt(trampoline), trampoline_start,
	    (size_t)(trampoline_end - trampoline_start));
	relocate(page, trampoline_fix_protected);
	relocate(page, trampoline_fix_long);
	relocate(page, trampoline_fix_gdt);
	set_word(page, TRAMPOLINE_ROOT, mmu_trampoline_root(trampoline).raw);
}

/* First C code of a further CPU, on its own stack, still in the trampoline's tables. */
static void further_cpu_main(struct cpu *cpu)
{
	/* In this order: turning global pages on forgets the trampoline's. */
	cr3_write(mmu_kernel_root().raw);
	features_enable();
	descriptors_init(cpu);
	__atomic_store_n(&answered, cpu->index, __ATOMIC_RELEASE);
	cpu_main(cpu);
}

static bool wait_for_answer(unsigned index, unsigned microseconds)
{
	for (kn_time end = arch_now() + microseconds * 1000ull; arch_now() < end;) {
		if (__atomic_load_n(&answered, __ATOMIC_ACQUIRE) == index)
			return true;
		cpu_relax();
	}
	return false;
}

bool arch_start_cpu(struct cpu *cpu, unsigned index)
{
	uint32_t startup = APIC_COMMAND_STARTUP | (uint32_t)(trampoline.raw >> PAGE_SHIFT);

	cpu->self = cpu;
	cpu->index = index;
	cpu->stack_top = stack_kernel_top(index);
	cpu->arch.apic_id = apic_ids[index];
	set_word(trampoline.raw, TRAMPOLINE_STACK, cpu->stack_top);
	set_word(trampoline.raw, TRAMPOLINE_CPU, (uint64_t)cpu);
	set_word(trampoline.raw, TRAMPOLINE_ENTRY, (uint64_t)further_cpu_main);

	apic_send(apic_ids[index], APIC_COMMAND_INIT);
	delay_us(1000); /* 10 ms was for external 82489DX APICs; no 64-bit CPU has one */
	apic_send(apic_ids[index], startup);
	if (wait_for_answer(index, 200000))
		return true;
	apic_send(apic_ids[index], startup);
	return wait_for_answer(index, 800000);
}

void arch_ipi(unsigned cpu_index)
{
	apic_send(apic_ids[cpu_index], VECTOR_IPI);
}

void arch_ipi_halt_others(void)
{
	smp_is_halting = true;
	if (cpu_online_count > 1)
		apic_send_others(APIC_COMMAND_NMI);
}
