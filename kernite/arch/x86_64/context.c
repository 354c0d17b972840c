/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread contexts: making, exporting and importing them, and the machine's part of a thread switch.
 *
 * The user's FS and GS bases live in the processor while a thread is some CPU's `current`, and in
 * its context otherwise. Functions here take a context whose thread is either this CPU's current
 * one or not running at all.
 */
#include "machine.h"
#include "asm_offsets.h"
#include "core/cpu.h"
#include "object/tcb.h"
#include "object/vspace.h"
#include "registers.h"

static_assert(offsetof(struct tcb, context) == 0);
static_assert(offsetof(struct arch_context, r15) == CTX_R15);
static_assert(offsetof(struct arch_context, r12) == CTX_R12);
static_assert(offsetof(struct arch_context, rbp) == CTX_RBP);
static_assert(offsetof(struct arch_context, r11) == CTX_R11);
static_assert(offsetof(struct arch_context, r8) == CTX_R8);
static_assert(offsetof(struct arch_context, rdi) == CTX_RDI);
static_assert(offsetof(struct arch_context, rax) == CTX_RAX);
static_assert(offsetof(struct arch_context, vector) == CTX_VECTOR);
static_assert(offsetof(struct arch_context, rip) == CTX_RIP);
static_assert(offsetof(struct arch_context, rflags) == CTX_RFLAGS);
static_assert(offsetof(struct arch_context, rsp) == CTX_RSP);
static_assert(offsetof(struct arch_context, fs_base) == CTX_FRAME_SIZE);
static_assert(CTX_FRAME_SIZE % 16 == 0, "the processor aligns RSP before it pushes a frame");

#define RFLAGS_ALWAYS 0x202ull /* IF and the bit that is always one */
/* CF PF AF ZF SF TF DF OF NT RF AC ID: what POPF in user mode can change. */
#define RFLAGS_USER 0x254dd5ull

void arch_context_init(struct arch_context *context)
{
	*context = (struct arch_context){
	    .cs = SELECTOR_USER_CODE,
	    .ss = SELECTOR_USER_DATA,
	    .rflags = RFLAGS_ALWAYS,
	};
}

static bool is_loaded(const struct arch_context *context)
{
	return context == &this_cpu()->current->context;
}

static void bases_save(struct arch_context *context)
{
	/* Without FSGSBASE user code cannot change them behind our back. */
	if (!features.fsgsbase)
		return;
	context->fs_base = fs_base_read();
	context->gs_base = msr_read(MSR_KERNEL_GS_BASE);
}

static void bases_load(const struct arch_context *context)
{
	if (features.fsgsbase)
		fs_base_write(context->fs_base);
	else
		msr_write(MSR_FS_BASE, context->fs_base);
	msr_write(MSR_KERNEL_GS_BASE, context->gs_base);
}

void arch_context_set_tls(struct arch_context *context, uint64_t tls)
{
	if (is_loaded(context))
		bases_save(context);
	context->fs_base = tls;
	if (is_loaded(context))
		bases_load(context);
}

uint64_t arch_context_tls(const struct arch_context *context)
{
	return is_loaded(context) && features.fsgsbase ? fs_base_read() : context->fs_base;
}

/* The word layout of kernel/tcb.idl. */
void arch_context_export(const struct arch_context *context, uint64_t *words)
{
	const struct arch_context *c = context;
	bool is_syscall = c->vector == CONTEXT_SYSCALL;
	bool is_live = is_loaded(context) && features.fsgsbase;

	words[0] = c->rip;
	words[1] = c->rsp;
	words[2] = c->rflags;
	words[3] = c->rax;
	words[4] = c->rbx;
	/* SYSCALL left ip and flags in these two. */
	words[5] = is_syscall ? c->rip : c->rcx;
	words[6] = c->rdx;
	words[7] = c->rsi;
	words[8] = c->rdi;
	words[9] = c->rbp;
	words[10] = c->r8;
	words[11] = c->r9;
	words[12] = c->r10;
	words[13] = is_syscall ? c->rflags : c->r11;
	words[14] = c->r12;
	words[15] = c->r13;
	words[16] = c->r14;
	words[17] = c->r15;
	words[18] = is_live ? fs_base_read() : c->fs_base;
	words[19] = is_live ? msr_read(MSR_KERNEL_GS_BASE) : c->gs_base;
	for (unsigned i = 20; i < KN_CONTEXT_WORDS; i++)
		words[i] = 0;
}

static bool is_canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

kn_status arch_context_import(struct arch_context *context, const uint64_t *words)
{
	struct arch_context *c = context;

	if (words[0] >= KN_USER_MAX || words[1] > KN_USER_MAX)
		return KN_E_BAD_ADDRESS;
	if (!is_canonical(words[18]) || !is_canonical(words[19]))
		return KN_E_BAD_ADDRESS;
	if (words[2] & ~(RFLAGS_USER | RFLAGS_ALWAYS))
		return KN_E_INVALID_ARG;
	*c = (struct arch_context){
	    .vector = 0, /* all registers count: leave by IRETQ */
	    .cs = SELECTOR_USER_CODE,
	    .ss = SELECTOR_USER_DATA,
	    .rip = words[0],
	    .rsp = words[1],
	    .rflags = words[2] | RFLAGS_ALWAYS,
	    .rax = words[3],
	    .rbx = words[4],
	    .rcx = words[5],
	    .rdx = words[6],
	    .rsi = words[7],
	    .rdi = words[8],
	    .rbp = words[9],
	    .r8 = words[10],
	    .r9 = words[11],
	    .r10 = words[12],
	    .r11 = words[13],
	    .r12 = words[14],
	    .r13 = words[15],
	    .r14 = words[16],
	    .r15 = words[17],
	    .fs_base = words[18],
	    .gs_base = words[19],
	};
	if (is_loaded(context))
		bases_load(context);
	return KN_OK;
}

void arch_switch(struct tcb *from, struct tcb *to)
{
	struct cpu *cpu = this_cpu();

	if (from->uses_fpu)
		fpu_put_away(from);
	/* The idle thread has no address space and no user registers. */
	if (from->vspace)
		bases_save(&from->context);
	if (!to->vspace) {
		tlb_space_leave();
		return;
	}
	bases_load(&to->context);
	fpu_switch_to(cpu, to);
	cpu->arch.tss.rsp0 = (uint64_t)&to->context + CTX_FRAME_SIZE;
	if (cpu->arch.space != &to->vspace->arch)
		tlb_space_enter(&to->vspace->arch);
}

void arch_context_print(const struct arch_context *c)
{
	klog("rip %lx cs %lx rflags %lx rsp %lx ss %lx\n", c->rip, c->cs, c->rflags, c->rsp, c->ss);
	klog("rax %lx rbx %lx rcx %lx rdx %lx\n", c->rax, c->rbx, c->rcx, c->rdx);
	klog("rsi %lx rdi %lx rbp %lx r8 %lx\n", c->rsi, c->rdi, c->rbp, c->r8);
	klog("r9 %lx r10 %lx r11 %lx r12 %lx\n", c->r9, c->r10, c->r11, c->r12);
	klog("r13 %lx r14 %lx r15 %lx\n", c->r13, c->r14, c->r15);
	klog("vector %lx error %lx ", (uint64_t)c->vector, c->error);
	klog("cr2 %lx cr3 %lx\n", cr2_read(), cr3_read());
}
