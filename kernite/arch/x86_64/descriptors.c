/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segment and interrupt descriptors (Intel SDM vol. 3, 3.4, 6.14, 7.7) and the SYSCALL registers.
 * GDT and TSS are per CPU, in struct cpu; the IDT is one, built by the boot CPU and constant
 * afterwards.
 */
#include "machine.h"
#include "asm_offsets.h"
#include "core/cpu.h"
#include "registers.h"

/* From `limit` on what LGDT and LIDT read; the base is aligned, for the image's relocations are. */
struct table_pointer {
	uint16_t unused[3], limit;
	uint64_t base;
};

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, kind;
	uint16_t offset_middle;
	uint32_t offset_high, zero;
};

#define GATE_INTERRUPT 0x8e
#define GATE_FOR_USER 0x60

/* IF, TF, DF, IOPL, NT and AC are cleared by SYSCALL. */
#define SYSCALL_FLAGS_CLEARED 0x47700ull

extern const char trap_stubs[];
void syscall_entry(void);
void syscall_entry_compat(void);
void descriptors_load(const uint16_t *gdt, const uint16_t *idt);

static struct gate idt[256];

static void idt_init(void)
{
	for (unsigned vector = 0; vector < 256; vector++) {
		uint64_t stub = (uint64_t)trap_stubs + vector * TRAP_STUB_SIZE;
		struct gate *gate = &idt[vector];

		*gate = (struct gate){.selector = SELECTOR_KERNEL_CODE, .kind = GATE_INTERRUPT, .offset_low = (uint16_t)stub,
		    .offset_middle = (uint16_t)(stub >> 16), .offset_high = (uint32_t)(stub >> 32)};
	}
	idt[2].ist = IST_NMI;
	idt[8].ist = IST_DOUBLE_FAULT;
	idt[18].ist = IST_MACHINE_CHECK;
	idt[3].kind |= GATE_FOR_USER; /* INT3 */
}

void descriptors_init(struct cpu *cpu)
{
	struct arch_cpu *arch = &cpu->arch;
	uint64_t tss = (uint64_t)&arch->tss;
	struct table_pointer gdt_pointer = {{}, sizeof(arch->gdt) - 1, (uint64_t)arch->gdt};
	struct table_pointer idt_pointer = {{}, sizeof(idt) - 1, (uint64_t)idt};

	if (cpu->index == 0)
		idt_init();
	arch->bit = 1ull << cpu->index;
	arch->gdt[0] = 0;
	arch->gdt[SELECTOR_KERNEL_CODE / 8] = 0x00af9b000000ffff;
	arch->gdt[SELECTOR_KERNEL_DATA / 8] = 0x00cf93000000ffff;
	arch->gdt[SELECTOR_USER_DATA / 8] = 0x00cff3000000ffff;
	arch->gdt[SELECTOR_USER_CODE / 8] = 0x00affb000000ffff;
	arch->gdt[SELECTOR_TSS / 8] = (sizeof(arch->tss) - 1) | (tss & 0xffffff) << 16 |
	                              0x89ull << 40 | (tss >> 24 & 0xff) << 56;
	arch->gdt[SELECTOR_TSS / 8 + 1] = tss >> 32;
	memset(&arch->tss, 0, sizeof(arch->tss));
	arch->tss.io_map_base = sizeof(arch->tss); /* no user I/O ports */
	arch->tss.rsp0 = cpu->stack_top;
	for (enum stack ist = IST_NMI; ist < STACK_COUNT; ist++) {
		uint64_t top = mmu_stack_top(cpu->index, ist) - 16;

		*(struct cpu **)top = cpu; /* entry.S, trap_paranoid */
		arch->tss.ist[ist - 1] = top;
	}
	descriptors_load(&gdt_pointer.limit, &idt_pointer.limit);
	/* Loading GS cleared its base. */
	msr_write(MSR_GS_BASE, (uint64_t)cpu);
	msr_write(MSR_KERNEL_GS_BASE, 0);
	msr_write(MSR_FS_BASE, 0);
	msr_write(MSR_STAR, (uint64_t)SELECTOR_KERNEL_CODE << 32 | (uint64_t)(SELECTOR_USER_DATA - 8) << 48);
	msr_write(MSR_LSTAR, (uint64_t)syscall_entry);
	msr_write(MSR_CSTAR, (uint64_t)syscall_entry_compat);
	msr_write(MSR_SFMASK, SYSCALL_FLAGS_CLEARED);
}
