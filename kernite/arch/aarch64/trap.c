/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From exception syndromes (ARM ARM D19.2.40, ESR_EL1) to the trap_*() functions of generic code.
 * The user's context is saved already; nothing here touches the kernel lock.
 */
#include "local.h"

#include "dev/generic_timer.h"
#include "dev/gic.h"
#include "object/tcb.h"

enum exception_class : unsigned {
	EC_FP_ACCESS = 0x07,
	EC_INSTRUCTION_ABORT_USER = 0x20,
	EC_DATA_ABORT_USER = 0x24,
	EC_DATA_ABORT_KERNEL = 0x25,
	EC_BRK = 0x3c,
};

/*
 * By exception class: what the user's handler gets, and what a panic calls it. Without a code it is
 * TRAP_UNDEFINED: SVE, SME and whatever the future traps is not enabled, so not an instruction here.
 */
static const struct {
	enum trap_code code;
	const char *name;
} exceptions[64] = {
    [0x00] = {TRAP_UNDEFINED, "undefined instruction"},
    [0x0d] = {TRAP_UNDEFINED, "branch to a place that is no target"},
    [0x0e] = {TRAP_PROTECTION, "illegal execution state"},
    [0x1c] = {TRAP_UNDEFINED, "bad return address signature"},
    [0x21] = {.name = "jump to bad address"},
    [0x22] = {TRAP_ALIGNMENT, "misaligned program counter"},
    [EC_DATA_ABORT_KERNEL] = {.name = "bad address"},
    [0x26] = {TRAP_ALIGNMENT, "misaligned stack"},
    [0x2c] = {TRAP_FP, "floating-point exception"},
    [0x30] = {TRAP_BREAKPOINT, "breakpoint"},
    [0x32] = {TRAP_STEP, "single step"},
    [0x34] = {TRAP_BREAKPOINT, "watchpoint"},
    [EC_BRK] = {TRAP_BREAKPOINT, "BRK"},
};

#define ESR_CLASS(esr) ((unsigned)((esr) >> 26) & 0x3f)
#define ISS_WRITE (1u << 6)
#define ISS_CACHE_MAINTENANCE (1u << 8)
#define FAULT_STATUS(esr) ((unsigned)(esr)&0x3f)
#define FAULT_ALIGNMENT 0x21

void user_fault(uint64_t esr);
void user_fiq(void);
void user_serror(uint64_t esr);
[[noreturn]] void kernel_fault(struct arch_context *context, uint64_t esr);

/* Translation (4..7), access flag (8..11) and permission (12..15) faults are the page tables'
 * business. */
static void user_abort(uint64_t esr, bool is_fetch)
{
	unsigned status = FAULT_STATUS(esr), access = VM_READ;
	uint64_t address = read_sysreg(far_el1);

	if (status < 4 || status > 15) {
		trap_exception(status == FAULT_ALIGNMENT ? TRAP_ALIGNMENT : TRAP_PROTECTION, esr);
		return;
	}
	if (is_fetch)
		access = VM_EXECUTE;
	else if ((esr & ISS_WRITE) && !(esr & ISS_CACHE_MAINTENANCE))
		access = VM_WRITE;
	trap_page_fault(vaddr(address), access);
}

void user_fault(uint64_t esr)
{
	unsigned class = ESR_CLASS(esr);
	enum trap_code code = exceptions[class].code;

	if (class == EC_DATA_ABORT_USER || class == EC_INSTRUCTION_ABORT_USER)
		user_abort(esr, class == EC_INSTRUCTION_ABORT_USER);
	else if (class == EC_FP_ACCESS)
		trap_fpu();
	else
		trap_exception(code ? code : TRAP_UNDEFINED, esr);
}

/* An asynchronous abort that a device mapping of the thread's caused, as far as anybody can know.
 */
void user_serror(uint64_t esr)
{
	trap_exception(TRAP_PROTECTION, esr);
}

void user_fiq(void)
{
	panic("FIQ: group 0 interrupts are not ours");
}

static const char *describe_fault(uint64_t esr, uint64_t address)
{
	uint64_t stack = this_cpu()->stack_top - KERNEL_STACK_SIZE;
	const char *name = exceptions[ESR_CLASS(esr)].name;

	if (ESR_CLASS(esr) == EC_DATA_ABORT_KERNEL && address < stack && stack - address <= PAGE_SIZE)
		return "kernel stack overflow";
	/* clang's trapping sanitizer: 0x5500 + the check (llvm, SanitizerHandler). */
	if (ESR_CLASS(esr) == EC_BRK && (esr & 0xff00) == 0x5500)
		return "undefined behaviour";
	return name ? name : "unexpected exception";
}

void kernel_fault(struct arch_context *context, uint64_t esr)
{
	uint64_t address = read_sysreg(far_el1);

	klog("esr %lx\n", (unsigned long)esr);
	trap_kernel_fault(describe_fault(esr, address), address, context);
}

void arch_take_interrupts(void)
{
	unsigned intid;

	smp_halt_if_asked();
	while (gic_take(&intid)) {
		if (intid == TIMER_INTID) {
			generic_timer_disarm();
			gic_finish(intid);
			trap_timer();
		} else if (intid < GIC_SGI_COUNT) {
			gic_finish(intid);
			smp_halt_if_asked();
			trap_ipi();
		} else if (arch_irq_is_valid(intid)) {
			trap_irq(intid);
		} else {
			gic_finish(intid);
		}
	}
}

void arch_idle(void)
{
	/*
	 * "Interrupts on" without unmasking: WFI wakes on a masked interrupt too, and taking it
	 * here needs no exception. So no interrupt ever arrives in kernel mode.
	 */
	wait_for_interrupt();
	arch_take_interrupts();
}
