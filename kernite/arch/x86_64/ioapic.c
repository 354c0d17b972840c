/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O APICs (Intel 82093AA; MADT entries 1 and 2) and the legacy 8259s, which are only silenced.
 *
 * Interrupt numbers: below 16 they are ISA IRQs and go through the MADT's overrides; above,
 * global system interrupts. A line's vector is VECTOR_IRQ + its global system interrupt.
 * Everything goes to the boot CPU.
 *
 * An I/O APIC forgets an edge that comes while its line is masked, and the device would then wait
 * for ever. So masking an edge-triggered line only notes that; an edge that comes then is
 * remembered and sent again, as an interrupt to the boot CPU, when the line is unmasked.
 *
 * All of it, the registers' select and window words too, is under the kernel lock.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "registers.h"

#define IOAPIC_MAX 8
#define ISA_IRQS 16
#define LINES_MAX (VECTOR_IRQ_LAST - VECTOR_IRQ + 1)

#define IOAPIC_SELECT 0
#define IOAPIC_WINDOW 4 /* in words: offset 10h */
#define IOAPIC_VERSION 1
#define IOAPIC_ENTRY 0x10

#define ENTRY_ACTIVE_LOW (1u << 13)
#define ENTRY_LEVEL (1u << 15)
#define ENTRY_MASKED (1u << 16)

/* MADT override flags (ACPI 6.5, 5.2.12.5): two bits each, 0 = as the bus has it. */
#define POLARITY_MASK 3u
#define POLARITY_LOW 3u
#define TRIGGER_MASK (3u << 2)
#define TRIGGER_LEVEL (3u << 2)

struct ioapic {
	volatile uint32_t *registers;
	unsigned first, count; /* global system interrupts */
};

static struct ioapic ioapics[IOAPIC_MAX];
static unsigned ioapic_count;
static struct {
	uint16_t line, flags;
} isa[ISA_IRQS];
static uint8_t irq_of_line[LINES_MAX]; /* ISA number that owns the line, else the line itself */
static bool is_level[LINES_MAX];
static bool is_edge_masked[LINES_MAX], has_edge[LINES_MAX];

static uint32_t ioapic_read(const struct ioapic *io, unsigned index)
{
	io->registers[IOAPIC_SELECT] = index;
	return io->registers[IOAPIC_WINDOW];
}

static void ioapic_write(const struct ioapic *io, unsigned index, uint32_t value)
{
	io->registers[IOAPIC_SELECT] = index;
	io->registers[IOAPIC_WINDOW] = value;
}

static const struct ioapic *ioapic_of(unsigned line)
{
	for (unsigned i = 0; i < ioapic_count; i++)
		if (line - ioapics[i].first < ioapics[i].count)
			return &ioapics[i];
	return nullptr;
}

/*
 * Remap the 8259s away from the exceptions, then mask every line (Intel 8259A, ICW1..4 and OCW1).
 */
static void pic_silence(void)
{
	static const uint8_t steps[][2] = {{0x20, 0x11}, {0xa0, 0x11}, {0x21, VECTOR_PIC}, {0xa1, VECTOR_PIC + 8}, {0x21, 4},
	    {0xa1, 2}, {0x21, 1}, {0xa1, 1}, {0x21, 0xff}, {0xa1, 0xff}};

	for (unsigned i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		port_out8(steps[i][0], steps[i][1]);
}

static void add_ioapic(const struct acpi_madt_entry *entry)
{
	struct ioapic *io = &ioapics[ioapic_count];
	uint64_t base = acpi_madt_field(entry, 4, 4);

	if (ioapic_count == IOAPIC_MAX || !base)
		return;
	io->registers = arch_map_device(paddr(base), PAGE_SIZE);
	io->first = (unsigned)acpi_madt_field(entry, 8, 4);
	io->count = (ioapic_read(io, IOAPIC_VERSION) >> 16 & 0xff) + 1;
	if (io->first >= LINES_MAX)
		return;
	if (io->count > LINES_MAX - io->first)
		io->count = LINES_MAX - io->first;
	for (unsigned i = 0; i < io->count; i++)
		ioapic_write(io, IOAPIC_ENTRY + 2 * i, ENTRY_MASKED);
	ioapic_count++;
}

static void add_override(const struct acpi_madt_entry *entry)
{
	unsigned irq = (unsigned)acpi_madt_field(entry, 3, 1);
	unsigned line = (unsigned)acpi_madt_field(entry, 4, 4);

	if (irq >= ISA_IRQS || line >= LINES_MAX)
		return;
	isa[irq].line = (uint16_t)line;
	isa[irq].flags = (uint16_t)acpi_madt_field(entry, 8, 2);
}

void ioapic_init(void)
{
	pic_silence();
	for (unsigned i = 0; i < ISA_IRQS; i++)
		isa[i].line = (uint16_t)i;
	for (unsigned i = 0; i < LINES_MAX; i++)
		irq_of_line[i] = (uint8_t)i;
	acpi_madt_each (e) {
		if (e->type == ACPI_MADT_IO_APIC)
			add_ioapic(e);
		else if (e->type == ACPI_MADT_OVERRIDE)
			add_override(e);
	}
	for (unsigned i = 0; i < ISA_IRQS; i++)
		if (isa[i].line != i)
			irq_of_line[isa[i].line] = (uint8_t)i;
}

static unsigned line_of(unsigned irq)
{
	return irq < ISA_IRQS ? isa[irq].line : irq;
}

bool arch_irq_is_valid(unsigned irq)
{
	/* The line must be there and be this number's: ISA IRQ 2 is not, once IRQ 0 has line 2. */
	return irq < LINES_MAX && ioapic_of(line_of(irq)) && irq_of_line[line_of(irq)] == irq;
}

/* Change bits of a line's low word. */
static void update(unsigned line, uint32_t clear, uint32_t set)
{
	const struct ioapic *io = ioapic_of(line);
	unsigned index = IOAPIC_ENTRY + 2 * (line - io->first);

	ioapic_write(io, index, (ioapic_read(io, index) & ~clear) | set);
}

void arch_irq_enable(unsigned irq, bool level)
{
	unsigned line = line_of(irq);
	unsigned flags = irq < ISA_IRQS ? isa[irq].flags : 0;
	const struct ioapic *io = ioapic_of(line);
	/*
	 * PCI lines are level and active low, ISA ones edge and active high, unless the MADT says
	 * more.
	 */
	bool is_low = level && irq >= ISA_IRQS;

	if (flags & TRIGGER_MASK)
		level = (flags & TRIGGER_MASK) == TRIGGER_LEVEL;
	if (flags & POLARITY_MASK)
		is_low = (flags & POLARITY_MASK) == POLARITY_LOW;
	is_level[line] = level;
	has_edge[line] = is_edge_masked[line] = false;
	ioapic_write(io, IOAPIC_ENTRY + 2 * (line - io->first) + 1, smp_apic_ids[0] << 24);
	update(line, ~0u, (VECTOR_IRQ + line) | (level ? ENTRY_LEVEL : 0) | (is_low ? ENTRY_ACTIVE_LOW : 0));
}

void arch_irq_mask(unsigned irq)
{
	unsigned line = line_of(irq);

	if (is_level[line])
		update(line, 0, ENTRY_MASKED);
	else
		is_edge_masked[line] = true;
}

void arch_irq_unmask(unsigned irq)
{
	unsigned line = line_of(irq);

	if (is_level[line]) {
		update(line, ENTRY_MASKED, 0);
		return;
	}
	is_edge_masked[line] = false;
	if (has_edge[line])
		apic_send(smp_apic_ids[0], VECTOR_IRQ + line);
	has_edge[line] = false;
}

bool arch_irq_accept(unsigned vector, unsigned *irq)
{
	unsigned line = vector - VECTOR_IRQ;

	*irq = irq_of_line[line];
	has_edge[line] = is_edge_masked[line];
	arch_irq_mask(*irq);
	apic_end_of_interrupt();
	return !has_edge[line];
}
