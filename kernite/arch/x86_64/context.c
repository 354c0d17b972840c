/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread contexts: making, exporting and importing them.
 *
 * The user's FS and GS bases live in the processor while a thread is some CPU's `current`, and in
 * its context otherwise. Functions here take a context whose thread is either this CPU's current
 * one or not running at all.
 */
#include "machine.h"
#include "arch_switch.h"
#include "asm_offsets.h"
#include "core/cpu.h"
#include "object/tcb.h"
#include "registers.h"

static_assert(offsetof(struct tcb, context) == 0);
static_assert(offsetof(struct arch_context, rax) + 8 == CTX_VECTOR);
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
	*context = (struct arch_context){.cs = SELECTOR_USER_CODE, .ss = SELECTOR_USER_DATA, .rflags = RFLAGS_ALWAYS};
}

static bool is_loaded(const struct arch_context *context)
{
	return context == &this_cpu()->current->context;
}

void arch_context_set_tls(struct arch_context *context, uint64_t tls)
{
	context->fs_base = tls;
	if (is_loaded(context))
		msr_write(MSR_FS_BASE, tls);
}

/* The word layout of kernel/tcb.idl; a context is an array of words too. */
#define REGISTER(name, member) {name, offsetof(struct arch_context, member) / sizeof(uint64_t)}

static const struct {
	char name[8];
	unsigned word;
} exported[] = {
    REGISTER("rip", rip),
    REGISTER("rsp", rsp),
    REGISTER("rflags", rflags),
    REGISTER("rax", rax),
    REGISTER("rbx", rbx),
    REGISTER("rcx", rcx),
    REGISTER("rdx", words[0]),
    REGISTER("rsi", rsi),
    REGISTER("rdi", rdi),
    REGISTER("rbp", rbp),
    REGISTER("r8", words[2]),
    REGISTER("r9", words[3]),
    REGISTER("r10", words[1]),
    REGISTER("r11", r11),
    REGISTER("r12", r12),
    REGISTER("r13", r13),
    REGISTER("r14", r14),
    REGISTER("r15", r15),
    REGISTER("fs", fs_base),
    REGISTER("gs", gs_base),
};

enum exported_index { RIP = 0, RSP = 1, RFLAGS = 2, RCX = 5, R11 = 13, FS = 18, GS = 19 };
#define EXPORTED (sizeof(exported) / sizeof(exported[0]))

void arch_context_export(const struct arch_context *context, uint64_t *words)
{
	memset(words, 0, KN_CONTEXT_WORDS * sizeof(words[0]));
	for (unsigned i = 0; i < EXPORTED; i++)
		words[i] = ((const uint64_t *)context)[exported[i].word];
	/* SYSCALL left ip and flags in these two. */
	if (context->vector == CONTEXT_SYSCALL) {
		words[RCX] = context->rip;
		words[R11] = context->rflags;
	}
	if (is_loaded(context)) {
		words[FS] = fs_base_read();
		words[GS] = msr_read(MSR_KERNEL_GS_BASE);
	}
}

static bool is_canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

kn_status arch_context_import(struct arch_context *context, const uint64_t *words)
{
	if (words[RIP] >= KN_USER_MAX || words[RSP] > KN_USER_MAX || !is_canonical(words[FS]) || !is_canonical(words[GS]))
		return KN_E_BAD_ADDRESS;
	if (words[RFLAGS] & ~(RFLAGS_USER | RFLAGS_ALWAYS))
		return KN_E_INVALID_ARG;
	/* All registers count: vector 0, leave by IRETQ. */
	arch_context_init(context);
	for (unsigned i = 0; i < EXPORTED; i++)
		((uint64_t *)context)[exported[i].word] = words[i];
	context->rflags |= RFLAGS_ALWAYS;
	if (is_loaded(context)) {
		msr_write(MSR_FS_BASE, context->fs_base);
		msr_write(MSR_KERNEL_GS_BASE, context->gs_base);
	}
	return KN_OK;
}

void arch_context_print(const struct arch_context *context)
{
	for (unsigned i = 0; i < EXPORTED; i++)
		klog("%s %lx%s", exported[i].name, ((const uint64_t *)context)[exported[i].word],
		    i % 4 == 3 ? "\n" : " ");
	klog("cs %lx ss %lx vector %x error %lx ", context->cs, context->ss, (uint8_t)context->vector, context->error);
	klog("cr2 %lx cr3 %lx\n", cr2_read(), cr3_read());
}
