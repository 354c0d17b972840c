/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs: finding them in the MADT, starting them by INIT and STARTUP (Intel SDM vol. 3,
 * 9.4.4), and interrupting them. CPU indexes are dense; 0 is the boot CPU, the rest follow in
 * MADT order.
 */
#include "machine.h"
#include "core/cpu.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"
#include "registers.h"

#define LOW_MEMORY_END 0xa0000u
#define MADT_CPU_ENABLED 1u

bool smp_is_halting;
uint32_t smp_apic_ids[KERNEL_MAX_CPUS];
unsigned arch_cpu_count = 1;
static paddr_t trampoline;

static void add_cpu(uint32_t id, uint64_t flags)
{
	if ((flags & MADT_CPU_ENABLED) && id != smp_apic_ids[0] && arch_cpu_count < KERNEL_MAX_CPUS)
		smp_apic_ids[arch_cpu_count++] = id;
}

void smp_find_cpus(void)
{
	smp_apic_ids[0] = apic_id();
	acpi_madt_each (e) {
		if (e->type == ACPI_MADT_LOCAL_APIC)
			add_cpu((uint32_t)acpi_madt_field(e, 3, 1), acpi_madt_field(e, 4, 4));
		else if (e->type == ACPI_MADT_LOCAL_X2APIC && features.x2apic)
			add_cpu((uint32_t)acpi_madt_field(e, 4, 4), acpi_madt_field(e, 8, 4));
	}
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

/* By the physical map. */
static struct boot_words *boot_words(void)
{
	return phys_to_virt(paddr(BOOT_WORDS));
}

/* First C code of a further CPU, on its own stack, still in the boot segment's tables. */
static void further_cpu_main(uint32_t index)
{
	struct cpu *cpu = &cpus[index];

	/* In this order: turning global pages on forgets those of the boot segment. */
	cr3_write(kernel_root.raw);
	features_enable();
	descriptors_init(cpu);
	cpu_main(cpu);
}

void smp_place_trampoline(const struct boot_info *info)
{
	uint64_t page = arch_cpu_count > 1 ? find_low_page(info) : 0;

	if (!page) {
		arch_cpu_count = 1;
		return;
	}
	trampoline = paddr(page);
	struct boot_words *words = boot_words();

	memcpy(phys_to_virt(trampoline), phys_to_virt(paddr(words->trampoline)),
	    words->trampoline_end - words->trampoline);
	words->further_root = (uint32_t)mmu_further_root().raw;
	words->function = (uint64_t)further_cpu_main;
}

bool arch_start_cpu(struct cpu *cpu)
{
	uint32_t startup = APIC_COMMAND_STARTUP | (uint32_t)(trampoline.raw >> PAGE_SHIFT);

	cpu->stack_top = mmu_stack_top(cpu->index, STACK_KERNEL);
	cpu->arch.apic_id = smp_apic_ids[cpu->index];
	boot_words()->stack_pointer = cpu->stack_top;
	boot_words()->further_index = cpu->index;

	apic_send(cpu->arch.apic_id, APIC_COMMAND_INIT);
	delay_us(1000); /* 10 ms was for external 82489DX APICs; no 64-bit CPU has one */
	/* Twice, in case that the first is lost; a CPU that runs ignores it. */
	apic_send(cpu->arch.apic_id, startup);
	delay_us(200);
	apic_send(cpu->arch.apic_id, startup);
	return true;
}

void arch_ipi(unsigned cpu_index)
{
	apic_send(smp_apic_ids[cpu_index], VECTOR_IPI);
}

void arch_ipi_halt_others(void)
{
	smp_is_halting = true;
	if (cpu_count > 1)
		apic_send(0, APIC_COMMAND_NMI_OTHERS);
}
