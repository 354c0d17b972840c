/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came in, in the words of arch.h. Runs on the CPU's kernel stack (NMI and friends: on their
 * own) with interrupts off; decides nothing, the generic trap_*() functions do.
 */
#include "machine.h"
#include "asm_offsets.h"
#include "core/cpu.h"
#include "object/tcb.h"
#include "registers.h"

#define PAGE_FAULT_PRESENT 1u
#define PAGE_FAULT_WRITE 2u
#define PAGE_FAULT_RESERVED 8u
#define PAGE_FAULT_FETCH 16u

enum vector : unsigned {
	VECTOR_DIVIDE = 0,
	VECTOR_DEBUG = 1,
	VECTOR_NMI = 2,
	VECTOR_BREAKPOINT = 3,
	VECTOR_OVERFLOW = 4,
	VECTOR_UNDEFINED = 6,
	VECTOR_NO_FPU = 7,
	VECTOR_DOUBLE_FAULT = 8,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_X87 = 16,
	VECTOR_ALIGNMENT = 17,
	VECTOR_SIMD = 19,
};

extern const char user_load32_access[], user_load32_fault[];
void trap_from_user(struct arch_context *context);
void trap_from_kernel(struct arch_context *context);
void trap_not_maskable(struct arch_context *context);

static void handle_interrupt(unsigned vector)
{
	switch (vector) {
	case VECTOR_TIMER:
		apic_end_of_interrupt();
		clock_timer_fired();
		break;
	case VECTOR_IPI:
		apic_end_of_interrupt();
		trap_ipi();
		break;
	case VECTOR_TLB:
		apic_end_of_interrupt();
		arch_tlb_serve();
		break;
	case VECTOR_SPURIOUS:
		break; /* has no end-of-interrupt (Intel SDM vol. 3, 11.9) */
	default:
		if (vector >= VECTOR_IRQ && vector <= VECTOR_IRQ_LAST)
			ioapic_handle(vector);
		break;
	}
}

static enum trap_code exception_code(unsigned vector)
{
	switch (vector) {
	case VECTOR_DIVIDE:
		return TRAP_DIVIDE;
	case VECTOR_DEBUG:
		return TRAP_STEP;
	case VECTOR_BREAKPOINT:
		return TRAP_BREAKPOINT;
	case VECTOR_OVERFLOW:
		return TRAP_OVERFLOW;
	case VECTOR_UNDEFINED:
		return TRAP_UNDEFINED;
	case VECTOR_X87:
	case VECTOR_SIMD:
		return TRAP_FP;
	case VECTOR_ALIGNMENT:
		return TRAP_ALIGNMENT;
	default:
		return TRAP_PROTECTION;
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
	trap_page_fault(vaddr(address), access, context->error & PAGE_FAULT_PRESENT);
}

void trap_from_user(struct arch_context *context)
{
	unsigned vector = (unsigned)context->vector;

	if (vector >= VECTOR_PIC)
		handle_interrupt(vector);
	else if (vector == VECTOR_PAGE_FAULT)
		user_page_fault(context);
	else if (vector == VECTOR_NO_FPU)
		trap_fpu();
	else
		trap_exception(exception_code(vector), vector << 16 | (context->error & 0xffff));
}

static const char *vector_name(unsigned vector)
{
	static const char *const names[] = {
	    "divide error", "debug trap", "NMI", "breakpoint", "overflow", "bound",
	    "undefined instruction", "FPU use", "double fault", "coprocessor overrun", "bad TSS",
	    "segment not present", "stack fault", "general protection fault", "page fault",
	    "vector 15", "x87 error", "alignment check", "machine check", "SIMD error",
	    "virtualisation fault", "control protection fault",
	};

	return vector < sizeof(names) / sizeof(names[0]) ? names[vector] : "unknown trap";
}

/* Interrupts that end arch_idle(), the user accessor's fault, and our own mistakes. */
void trap_from_kernel(struct arch_context *context)
{
	unsigned vector = (unsigned)context->vector;

	if (vector >= VECTOR_PIC) {
		handle_interrupt(vector);
		return;
	}
	if (vector == VECTOR_PAGE_FAULT && context->rip == (uint64_t)user_load32_access) {
		context->rip = (uint64_t)user_load32_fault;
		return;
	}
	trap_kernel_fault(
	    vector_name(vector), vector == VECTOR_PAGE_FAULT ? cr2_read() : context->rip, context);
}

void trap_not_maskable(struct arch_context *context)
{
	if (context->vector == VECTOR_NMI) {
		if (smp_is_halting)
			arch_halt();
		return; /* nobody else sends NMIs; a stray one is no reason to die */
	}
	trap_kernel_fault(vector_name((unsigned)context->vector), cr2_read(), context);
}
