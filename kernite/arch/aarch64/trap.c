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
	EC_UNKNOWN = 0x00,
	EC_FP_ACCESS = 0x07,
	EC_BTI = 0x0d,
	EC_ILLEGAL_STATE = 0x0e,
	EC_SYSTEM_REGISTER = 0x18,
	EC_PAC_FAIL = 0x1c,
	EC_INSTRUCTION_ABORT_USER = 0x20,
	EC_PC_ALIGNMENT = 0x22,
	EC_DATA_ABORT_USER = 0x24,
	EC_DATA_ABORT_KERNEL = 0x25,
	EC_SP_ALIGNMENT = 0x26,
	EC_FP_EXCEPTION = 0x2c,
	EC_BREAKPOINT_USER = 0x30,
	EC_STEP_USER = 0x32,
	EC_WATCHPOINT_USER = 0x34,
	EC_BRK = 0x3c,
};

#define ESR_CLASS(esr) ((unsigned)((esr) >> 26) & 0x3f)
#define ISS_WRITE (1u << 6)
#define ISS_CACHE_MAINTENANCE (1u << 8)
#define FAULT_STATUS(esr) ((unsigned)(esr)&0x3f)
#define FAULT_ALIGNMENT 0x21

void user_fault(uint64_t esr);
void user_fiq(void);
void user_serror(uint64_t esr);
void kernel_fault(struct arch_context *context, uint64_t esr);

/* Translation (4..7), access flag (8..11) and permission (12..15) faults are the page tables'
 * business. */
static void user_abort(uint64_t esr, bool is_fetch)
{
	unsigned status = FAULT_STATUS(esr), access = VM_READ;
	uint64_t address = read_sysreg(far_el1);

	if (status == FAULT_ALIGNMENT) {
		trap_exception(TRAP_ALIGNMENT, esr);
		return;
	}
	if (status < 4 || status > 15) {
		trap_exception(TRAP_PROTECTION, esr);
		return;
	}
	if (is_fetch)
		access = VM_EXECUTE;
	else if ((esr & ISS_WRITE) && !(esr & ISS_CACHE_MAINTENANCE))
		access = VM_WRITE;
	trap_page_fault(vaddr(address), access, status >= 12);
}

void user_fault(uint64_t esr)
{
	switch (ESR_CLASS(esr)) {
	case EC_DATA_ABORT_USER:
		user_abort(esr, false);
		break;
	case EC_INSTRUCTION_ABORT_USER:
		user_abort(esr, true);
		break;
	case EC_FP_ACCESS:
		trap_fpu();
		break;
	case EC_PC_ALIGNMENT:
	case EC_SP_ALIGNMENT:
		trap_exception(TRAP_ALIGNMENT, esr);
		break;
	case EC_FP_EXCEPTION:
		trap_exception(TRAP_FP, esr);
		break;
	case EC_BRK:
	case EC_BREAKPOINT_USER:
	case EC_WATCHPOINT_USER:
		trap_exception(TRAP_BREAKPOINT, esr);
		break;
	case EC_STEP_USER:
		trap_exception(TRAP_STEP, esr);
		break;
	case EC_BTI:
	case EC_ILLEGAL_STATE:
	case EC_PAC_FAIL:
		trap_exception(TRAP_PROTECTION, esr);
		break;
	case EC_UNKNOWN:
	case EC_SYSTEM_REGISTER:
	default: /* SVE, SME and whatever the future traps: not enabled, so not an instruction here.
		  */
		trap_exception(TRAP_UNDEFINED, esr);
		break;
	}
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

	if (ESR_CLASS(esr) == EC_DATA_ABORT_KERNEL && address < stack &&
	    stack - address <= PAGE_SIZE)
		return "kernel stack overflow";
	switch (ESR_CLASS(esr)) {
	case EC_DATA_ABORT_KERNEL:
		return esr & ISS_WRITE ? "write to bad address" : "read of bad address";
	case EC_INSTRUCTION_ABORT_USER + 1:
		return "jump to bad address";
	case EC_BRK:
		/* clang's trapping sanitizer: 0x5500 + the check (llvm, SanitizerHandler). */
		return (esr & 0xff00) == 0x5500 ? "undefined behaviour" : "BRK";
	case EC_BTI:
		return "branch to a place that is no target";
	case EC_PAC_FAIL:
		return "bad return address signature";
	case EC_SP_ALIGNMENT:
		return "misaligned stack";
	case EC_UNKNOWN:
		return "undefined instruction";
	default:
		return "unexpected exception";
	}
}

void kernel_fault(struct arch_context *context, uint64_t esr)
{
	uint64_t address = read_sysreg(far_el1);

	if (ESR_CLASS(esr) == EC_DATA_ABORT_KERNEL && context->ip == (uint64_t)user_load32_access) {
		context->ip = (uint64_t)user_load32_fault;
		return;
	}
	klog("esr %lx\n", (unsigned long)esr);
	trap_kernel_fault(describe_fault(esr, address), address, context);
}

void interrupt_dispatch(void)
{
	unsigned intid;
	uint32_t token;

	smp_halt_if_asked();
	while (gic_take(&intid, &token)) {
		if (intid == TIMER_INTID) {
			generic_timer_disarm();
			gic_finish(token);
			trap_timer();
		} else if (intid < GIC_SGI_COUNT) {
			gic_finish(token);
			smp_halt_if_asked();
			trap_ipi();
		} else if (gic_is_device(intid)) {
			gic_mask_if_level(intid);
			gic_finish(token);
			trap_irq(intid);
		} else {
			gic_finish(token);
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
	interrupt_dispatch();
}

kn_status arch_user_load32(vaddr_t address, uint32_t *value)
{
	if (address.raw < KN_USER_MIN || address.raw > KN_USER_MAX - sizeof(*value))
		return KN_E_BAD_ADDRESS;
	return user_load32(address.raw, value) ? 0 : KN_E_BAD_ADDRESS;
}
