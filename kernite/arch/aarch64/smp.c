/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs: which there are (ACPI MADT, 5.2.12.14), starting them, stopping them in a panic.
 */
#include "local.h"

#include "dev/acpi.h"
#include "dev/gic.h"

#define GICC_FLAGS 12
#define GICC_ENABLED 1
#define GICC_MPIDR 68
#define MPIDR_AFFINITY 0xff00ffffffull

/* What boot.S reads with the MMU off; its offsets are there. */
struct secondary_start {
	uint64_t root, identity;
	struct cpu *cpu;
};

static_assert(offsetof(struct secondary_start, cpu) == 16);

static _Alignas(64) struct secondary_start secondary_start;
uint64_t smp_affinities[KERNEL_MAX_CPUS];
unsigned arch_cpu_count = 1;
static const struct cpu *volatile halting; /* who asked the others to stop */

void smp_init(void)
{
	smp_affinities[0] = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	acpi_madt_each (entry) {
		uint64_t affinity = acpi_madt_field(entry, GICC_MPIDR, 8) & MPIDR_AFFINITY;

		if (entry->type != ACPI_MADT_GICC || affinity == smp_affinities[0] ||
		    !(acpi_madt_field(entry, GICC_FLAGS, 4) & GICC_ENABLED))
			continue;
		if (arch_cpu_count == KERNEL_MAX_CPUS)
			break;
		smp_affinities[arch_cpu_count++] = affinity;
	}
}

static void clean_to_memory(const void *start, size_t size)
{
	for (uint64_t at = (uint64_t)start & ~15ull; at < (uint64_t)start + size; at += 16)
		__asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
	dsb_sy();
}

bool arch_start_cpu(struct cpu *cpu)
{
	cpu->stack_top = mmu_make_stack(cpu->index);
	secondary_start = (struct secondary_start){kernel_root.raw, identity_root.raw, cpu};
	clean_to_memory(&secondary_start, sizeof(secondary_start));
	int64_t status = psci_cpu_on(smp_affinities[cpu->index], kernel_image_physical(secondary_entry).raw,
	    kernel_image_physical(&secondary_start).raw);

	if (status)
		klog("aarch64: CPU %u does not start: PSCI error %d\n", cpu->index, (int)status);
	return status == 0;
}

void smp_halt_if_asked(void)
{
	if (halting && halting != this_cpu())
		arch_halt();
}

void arch_ipi_halt_others(void)
{
	halting = this_cpu();
	gic_send_to_others();
}
