/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread contexts: creation, import and export, and what the FPU's handover needs.
 *
 * TPIDR_EL0 stays in its register while a thread runs: arch_switch() saves it.
 */
#include "local.h"
#include "asm_offsets.h"
#include "object/tcb.h"

#define CPACR_FP_TRAP_USER (1ull << 20)
#define CPACR_FP_ON (3ull << 20)

/* SPSR bits that a user may choose: NZCV. */
#define SPSR_USER_FLAGS 0xf0000000ull

static_assert(offsetof(struct tcb, context) == 0);
static_assert(offsetof(struct arch_context, x[30]) == CTX_LR);
static_assert(offsetof(struct arch_context, sp) == CTX_SP);
static_assert(offsetof(struct arch_context, ip) == CTX_IP);
static_assert(sizeof(struct arch_context) == CTX_SIZE);

static bool is_current_context(const struct arch_context *context)
{
	return context == &this_cpu()->current->context;
}

void arch_context_init(struct arch_context *context)
{
	*context = (struct arch_context){0}; /* SPSR 0: EL0t, interrupts on */
}

void arch_context_set_tls(struct arch_context *context, uint64_t tls)
{
	context->tls = tls;
	if (is_current_context(context))
		write_sysreg(tpidr_el0, tls);
}

void arch_context_export(const struct arch_context *context, uint64_t *words)
{
	words[0] = context->ip;
	words[1] = context->sp;
	words[2] = context->spsr & SPSR_USER_FLAGS;
	for (unsigned i = 0; i < 31; i++)
		words[3 + i] = context->x[i];
	words[34] = is_current_context(context) ? read_sysreg(tpidr_el0) : context->tls;
	for (unsigned i = 35; i < KN_CONTEXT_WORDS; i++)
		words[i] = 0;
}

kn_status arch_context_import(struct arch_context *context, const uint64_t *words)
{
	if (words[2] & ~SPSR_USER_FLAGS)
		return KN_E_INVALID_ARG;
	if (words[0] >= KN_USER_MAX)
		return KN_E_BAD_ADDRESS;
	context->ip = words[0];
	context->sp = words[1];
	context->spsr = words[2];
	for (unsigned i = 0; i < 31; i++)
		context->x[i] = words[3 + i];
	arch_context_set_tls(context, words[34]);
	return 0;
}

void arch_fpu_init(struct arch_fpu *fpu)
{
	/* All zero is its state. */
}

/* Takes effect on leaving the kernel. */
void arch_fpu_allow(bool is_allowed)
{
	write_sysreg(cpacr_el1, is_allowed ? CPACR_FP_ON : CPACR_FP_TRAP_USER);
}

void arch_context_print(const struct arch_context *context)
{
	for (unsigned i = 0; i < 30; i += 2)
		klog("x%u %lx  x%u %lx\n", i, context->x[i], i + 1, context->x[i + 1]);
	klog("x30 %lx  sp %lx\n", context->x[30], context->sp);
	klog("pc %lx  spsr %lx  tls %lx\n", context->ip, context->spsr, context->tls);
}
