/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this folder share with each other and with nobody else. One paragraph a file;
 * generic code includes arch.h only.
 */
#pragma once

#include "arch.h"
#include "boot_info.h"
#include "boot_layout.h"
#include "core/slide.h"

/* features.c: CPUID, once, on the boot CPU; every CPU is taken to be alike. */
struct cpu_features {
	bool smep, umip, x2apic, tsc_deadline;
	bool huge_pages; /* 1 GiB */
	bool rdrand, rdseed, hypervisor;
	uint64_t tsc_frequency; /* 0: CPUID does not say */
};

extern struct cpu_features features;
extern bool cpu_has_smap; /* alone: the entry and switch code test them */
void features_detect(void);
/* Control registers and MSRs of this CPU as `features` allows. */
void features_enable(void);

/* descriptors.c: GDT, TSS, IDT, SYSCALL. */
void descriptors_init(struct cpu *cpu);

/* mmu.c: the kernel's tables. Frames come out of the boot memory map, before kernel_main(). */
void mmu_init(struct boot_info *info);
/* A CPU's stacks, each between unmapped pages; the numbers are those of the TSS's IST. */
enum stack : unsigned { STACK_KERNEL, IST_NMI, IST_DOUBLE_FAULT, IST_MACHINE_CHECK, STACK_COUNT };
void mmu_make_stacks(struct boot_info *info, unsigned index);
uint64_t mmu_stack_top(unsigned index, enum stack stack);
/* A root that also maps the boot segment one to one, for CPUs that come from real mode. */
paddr_t mmu_further_root(void);

/* fpu.c */
void fpu_init_cpu(void);

/* apic.c: the local APIC. */
void apic_init(void);     /* boot CPU: mode, base */
void apic_init_cpu(void); /* every CPU */
uint32_t apic_id(void);
void apic_end_of_interrupt(void);
void apic_send(uint32_t apic_id, uint32_t command); /* ICR low word; see APIC_* */
void apic_timer_arm(uint32_t count);
uint32_t apic_timer_count(void);

#define APIC_COMMAND_NMI_OTHERS 0xc0400u /* whatever the destination */
#define APIC_COMMAND_INIT 0x4500u
#define APIC_COMMAND_STARTUP 0x4600u

/* Vectors. IRQ lines follow each other from VECTOR_IRQ by global system interrupt. */
#define VECTOR_PIC 0x20 /* the masked legacy controllers' spurious interrupts */
#define VECTOR_IRQ 0x30
#define VECTOR_IRQ_LAST 0xef
#define VECTOR_TIMER 0xf0
#define VECTOR_IPI 0xf1
#define VECTOR_TLB 0xf2
#define VECTOR_SPURIOUS 0xff

/* ioapic.c */
void ioapic_init(void);

/* clock.c */
void clock_init(void);
void clock_timer_fired(void);
void delay_us(unsigned microseconds);

/* rtc.c, console.c, smp.c */
void rtc_init(struct boot_info *info);
void console_init(void);
void smp_find_cpus(void);
void smp_place_trampoline(const struct boot_info *info);
extern uint32_t smp_apic_ids[];
extern bool smp_is_halting; /* panic: an NMI means stop */

/*
 * boot_protocols.c: fill `info` from what the loader left at `address`; false: it is not that,
 * or is broken.
 */
#define MULTIBOOT2_MAGIC 0x36d76289
bool multiboot2_parse(uint64_t address, struct boot_info *info);
bool pvh_parse(uint64_t address, struct boot_info *info);

/* Linker script. */
extern char __kernel_start[], __kernel_end[], __text_end[];
extern char __rodata_start[], __rodata_end[];

static inline paddr_t image_to_phys(const void *address)
{
	return paddr((uint64_t)address - kernel_slide() - KERNEL_BASE);
}

/* boot.S: what further CPUs begin with. */
struct boot_words {
	uint64_t stack_pointer, function;
	uint32_t further_root, further_index; /* root table's address; number of the CPU */
	uint32_t trampoline, trampoline_end;  /* addresses */
};
