/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv3 (IHI 0069): a distributor, a redistributor for each CPU, and system registers. All
 * interrupts have one priority and go to the boot CPU; they are taken one at a time with EOI right
 * after the handler knows the source. Machines with version 2 are told so and stop.
 *
 * Everything below is called with the kernel lock held or during boot, except gic_take() and
 * gic_finish(), which touch only this CPU's interface.
 */
#include "dev/gic.h"

#include "core/cpu.h"
#include "dev/acpi.h"

/* Distributor, bytes (IHI 0069, 12.8). */
#define GICD_CTLR 0x0
#define GICD_TYPER 0x4
#define GICD_IGROUPR 0x80
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ICPENDR 0x280
#define GICD_IPRIORITYR 0x400
#define GICD_ICFGR 0xc00
#define GICD_IROUTER 0x6000
#define GICD_SIZE 0x10000
#define CTLR_ENABLE_GROUP1 2u
#define CTLR_AFFINITY_ROUTING (1u << 4)
#define CTLR_WRITE_PENDING (1u << 31)

/* Redistributor: its own frame, then the frame for INTIDs 0..31 (12.10). */
#define GICR_TYPER 0x8
#define GICR_WAKER 0x14
#define GICR_FRAME 0x10000
#define TYPER_LAST (1u << 4)
#define TYPER_VIRTUAL_LPIS (1u << 1)
#define WAKER_SLEEP (1u << 1)
#define WAKER_CHILDREN_ASLEEP (1u << 2)

/* MADT fields (ACPI 6.5, 5.2.12.14..17). */
#define MADT_GICC_GICR 60
#define MADT_GICD_BASE 8
#define MADT_GICD_VERSION 20
#define MADT_GICR_BASE 4
#define MADT_GICR_LENGTH 12

#define SGI_RESCHEDULE 0
#define PRIORITY 0xa0a0a0a0u
#define SPURIOUS 1020
#define REGIONS_MAX 8

static unsigned intid_count;
static volatile uint8_t *distributor;
static struct {
	volatile uint8_t *base;
	uint64_t length;
} redistributors[REGIONS_MAX];
static unsigned redistributor_regions;

static uint32_t read32(const volatile uint8_t *base, unsigned offset)
{
	return *(const volatile uint32_t *)(base + offset);
}

static void write32(volatile uint8_t *base, unsigned offset, uint32_t value)
{
	*(volatile uint32_t *)(base + offset) = value;
}

static void wait_distributor(void)
{
	while (read32(distributor, GICD_CTLR) & CTLR_WRITE_PENDING)
		cpu_relax();
}

static void add_redistributors(uint64_t base, uint64_t length)
{
	if (!base || !length || redistributor_regions == REGIONS_MAX)
		return;
	redistributors[redistributor_regions].base = arch_map_device(paddr(base), length);
	redistributors[redistributor_regions++].length = length;
}

static void find_parts(void)
{
	unsigned version = 0;

	acpi_madt_each (entry) {
		if (entry->type == ACPI_MADT_GICD) {
			uint64_t base = acpi_madt_field(entry, MADT_GICD_BASE, 8);

			distributor = arch_map_device(paddr(base), GICD_SIZE);
			version = (unsigned)acpi_madt_field(entry, MADT_GICD_VERSION, 1);
		} else if (entry->type == ACPI_MADT_GICR) {
			add_redistributors(acpi_madt_field(entry, MADT_GICR_BASE, 8),
			    acpi_madt_field(entry, MADT_GICR_LENGTH, 4));
		} else if (entry->type == ACPI_MADT_GICC) {
			add_redistributors(acpi_madt_field(entry, MADT_GICC_GICR, 8), 2 * GICR_FRAME);
		}
	}
	if (!distributor)
		panic("firmware's ACPI tables name no GIC distributor (MADT)");
	/* 0: the firmware does not say, so look at the CPU; 4 is 3 with virtual LPIs. */
	if (version ? version < 3 : !(read_sysreg(id_aa64pfr0_el1) >> 24 & 15))
		panic("this machine's interrupt controller is a GICv2; kernite needs a GICv3");
}

void gic_init(void)
{
	find_parts();
	intid_count = ((read32(distributor, GICD_TYPER) & 31) + 1) * 32;
	if (intid_count > IRQ_MAX)
		intid_count = IRQ_MAX;
	write32(distributor, GICD_CTLR, 0);
	wait_distributor();
	for (unsigned i = GIC_FIRST_DEVICE; i < intid_count; i += 32) {
		write32(distributor, GICD_ICENABLER + i / 8, ~0u);
		write32(distributor, GICD_ICPENDR + i / 8, ~0u);
		write32(distributor, GICD_IGROUPR + i / 8, ~0u);
	}
	for (unsigned i = GIC_FIRST_DEVICE; i < intid_count; i += 4)
		write32(distributor, GICD_IPRIORITYR + i, PRIORITY);
	wait_distributor();
	write32(distributor, GICD_CTLR, CTLR_AFFINITY_ROUTING | CTLR_ENABLE_GROUP1);
	wait_distributor();
}

static volatile uint8_t *find_redistributor(uint64_t affinity)
{
	uint32_t wanted = (uint32_t)(affinity >> 8 & 0xff000000) | (affinity & 0xffffff);

	for (unsigned i = 0; i < redistributor_regions; i++) {
		uint64_t at = 0;

		while (at + 2 * GICR_FRAME <= redistributors[i].length) {
			volatile uint8_t *frame = redistributors[i].base + at;
			uint32_t type = read32(frame, GICR_TYPER);

			if (read32(frame, GICR_TYPER + 4) == wanted)
				return frame;
			if (type & TYPER_LAST)
				break;
			at += type & TYPER_VIRTUAL_LPIS ? 4 * GICR_FRAME : 2 * GICR_FRAME;
		}
	}
	panic("no GIC redistributor for the CPU with affinity %lx", (unsigned long)affinity);
}

void gic_init_cpu(struct cpu *cpu)
{
	volatile uint8_t *frame = find_redistributor(smp_affinities[cpu->index]);

	cpu->arch.redistributor = frame;
	write32(frame, GICR_WAKER, read32(frame, GICR_WAKER) & ~WAKER_SLEEP);
	while (read32(frame, GICR_WAKER) & WAKER_CHILDREN_ASLEEP)
		cpu_relax();
	frame += GICR_FRAME;
	write32(frame, GICD_IGROUPR, ~0u);
	write32(frame, GICD_ICENABLER, ~0xffffu);
	write32(frame, GICD_ISENABLER, 0xffff);
	for (unsigned i = 0; i < GIC_FIRST_DEVICE; i += 4)
		write32(frame, GICD_IPRIORITYR + i, PRIORITY);
	write_sysreg(s3_0_c12_c12_5, 7); /* ICC_SRE_EL1: system registers, no bypass */
	isb();
	write_sysreg(s3_0_c4_c6_0, 0xff); /* ICC_PMR_EL1 */
	write_sysreg(s3_0_c12_c12_3, 0);  /* ICC_BPR1_EL1 */
	write_sysreg(s3_0_c12_c12_4, 0);  /* ICC_CTLR_EL1: EOI also deactivates */
	write_sysreg(s3_0_c12_c12_7, 1);  /* ICC_IGRPEN1_EL1 */
	isb();
}

void gic_enable_private(unsigned intid)
{
	write32(this_cpu()->arch.redistributor + GICR_FRAME, GICD_ISENABLER, 1u << intid);
}

bool gic_take(unsigned *intid)
{
	*intid = read_sysreg(s3_0_c12_c12_0) & 0xffffff; /* ICC_IAR1_EL1 */
	dsb_sy();
	return *intid < SPURIOUS;
}

void gic_finish(unsigned intid)
{
	write_sysreg(s3_0_c12_c12_1, intid); /* ICC_EOIR1_EL1 */
	isb();
}

bool arch_irq_is_valid(unsigned irq)
{
	return irq >= GIC_FIRST_DEVICE && irq < intid_count;
}

void gic_send_to_others(void)
{
	if (!this_cpu()->arch.redistributor)
		return; /* a panic before the GIC is there, when no other CPU runs either */
	dsb_ish();
	write_sysreg(s3_0_c12_c11_5, 1ull << 40 | SGI_RESCHEDULE << 24); /* ICC_SGI1R_EL1, IRM */
	isb();
}

void arch_ipi(unsigned cpu_index)
{
	uint64_t affinity = smp_affinities[cpu_index];

	/* What the other CPU is to find must be visible before the interrupt is (IHI 0069, 12.1.7).
	 */
	dsb_ish();
	write_sysreg(s3_0_c12_c11_5,
	    (affinity >> 32 & 0xff) << 48 | (affinity & 0xf0) << 40 | (affinity >> 16 & 0xff) << 32 |
		(affinity >> 8 & 0xff) << 16 | 1ull << (affinity & 15) | SGI_RESCHEDULE << 24);
	isb();
}

bool arch_irq_accept(unsigned intid, unsigned *irq)
{
	*irq = intid;
	arch_irq_mask(intid);
	gic_finish(intid);
	return true;
}

void arch_irq_enable(unsigned irq, bool level)
{
	uint32_t config = read32(distributor, GICD_ICFGR + irq / 16 * 4);
	uint32_t edge = 2u << irq % 16 * 2;

	arch_irq_mask(irq);
	write32(distributor, GICD_ICFGR + irq / 16 * 4, level ? config & ~edge : config | edge);
	*(volatile uint64_t *)(distributor + GICD_IROUTER + irq * 8) = smp_affinities[0];
	arch_irq_unmask(irq);
}

void arch_irq_mask(unsigned irq)
{
	write32(distributor, GICD_ICENABLER + irq / 32 * 4, 1u << irq % 32);
	wait_distributor();
}

void arch_irq_unmask(unsigned irq)
{
	write32(distributor, GICD_ISENABLER + irq / 32 * 4, 1u << irq % 32);
}
