/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came in, in the words of arch.h. Runs on the CPU's kernel stack (NMI and friends: on their
 * own) with interrupts off; decides nothing, the generic trap_*() functions do.
 */
#include "machine.h"
#include "object/tcb.h"
#include "registers.h"

#define PAGE_FAULT_WRITE 2u
#define PAGE_FAULT_RESERVED 8u
#define PAGE_FAULT_FETCH 16u

#define VECTOR_NMI 2
#define VECTOR_NO_FPU 7
#define VECTOR_PAGE_FAULT 14

/*
 * By vector (Intel SDM vol. 3, 6.15): what a panic calls it, and what the user's handler gets
 * (no code: TRAP_PROTECTION).
 */
static const struct {
	const char *name;
	enum trap_code code;
} exceptions[VECTOR_PIC] = {
    {"divide error", TRAP_DIVIDE},
    {"debug trap", TRAP_STEP},
    {.name = "NMI"},
    {"breakpoint", TRAP_BREAKPOINT},
    {"overflow", TRAP_OVERFLOW},
    {.name = "bound"},
    {"undefined instruction", TRAP_UNDEFINED},
    {.name = "FPU use"},
    {.name = "double fault"},
    {.name = "coprocessor overrun"},
    {.name = "bad TSS"},
    {.name = "segment not present"},
    {.name = "stack fault"},
    {.name = "general protection fault"},
    {.name = "page fault"},
    {},
    {"x87 error", TRAP_FP},
    {"alignment check", TRAP_ALIGNMENT},
    {.name = "machine check"},
    {"SIMD error", TRAP_FP},
    {.name = "virtualisation fault"},
    {.name = "control protection fault"},
};

void trap_from_user(struct arch_context *context);
void trap_from_kernel(struct arch_context *context);
void trap_not_maskable(struct arch_context *context);

/* The local APIC's own; VECTOR_SPURIOUS has no handler and no end (Intel SDM vol. 3, 11.9). */
static void (*const local_interrupts[])(void) = {
    [VECTOR_TIMER - VECTOR_TIMER] = clock_timer_fired,
    [VECTOR_IPI - VECTOR_TIMER] = trap_ipi,
    [VECTOR_TLB - VECTOR_TIMER] = arch_tlb_serve,
};

static void handle_interrupt(unsigned vector)
{
	if (vector >= VECTOR_TIMER && vector <= VECTOR_TLB) {
		apic_end_of_interrupt();
		local_interrupts[vector - VECTOR_TIMER]();
	} else if (vector >= VECTOR_IRQ && vector <= VECTOR_IRQ_LAST) {
		trap_irq(vector);
	}
}

static void user_page_fault(const struct arch_context *context)
{
	uint64_t address = cr2_read();
	unsigned access = VM_READ;

	if (context->error & PAGE_FAULT_RESERVED)
		panic("reserved bit in a page table entry for %lx", address);
	if (context->error & PAGE_FAULT_FETCH)
		access = VM_EXECUTE;
	else if (context->error & PAGE_FAULT_WRITE)
		access = VM_WRITE;
	trap_page_fault(vaddr(address), access);
}

static void user_exception(unsigned vector, uint64_t error)
{
	enum trap_code code = exceptions[vector].code;

	trap_exception(code ? code : TRAP_PROTECTION, vector << 16 | (error & 0xffff));
}

void trap_from_user(struct arch_context *context)
{
	unsigned vector = (uint8_t)context->vector;

	if (vector >= VECTOR_PIC)
		handle_interrupt(vector);
	else if (vector == VECTOR_PAGE_FAULT)
		user_page_fault(context);
	else if (vector == VECTOR_NO_FPU)
		trap_fpu();
	else
		user_exception(vector, context->error);
}

static const char *vector_name(unsigned vector)
{
	const char *name = vector < VECTOR_PIC ? exceptions[vector].name : nullptr;

	return name ? name : "unknown trap";
}

/* Interrupts that end arch_idle(), and our own mistakes. */
void trap_from_kernel(struct arch_context *context)
{
	unsigned vector = (uint8_t)context->vector;

	if (vector >= VECTOR_PIC) {
		handle_interrupt(vector);
		return;
	}
	trap_kernel_fault(vector_name(vector), vector == VECTOR_PAGE_FAULT ? cr2_read() : context->rip, context);
}

void trap_not_maskable(struct arch_context *context)
{
	if (context->vector == VECTOR_NMI) {
		if (smp_is_halting)
			arch_halt();
		return; /* nobody else sends NMIs; a stray one is no reason to die */
	}
	trap_kernel_fault(vector_name((uint8_t)context->vector), cr2_read(), context);
}
