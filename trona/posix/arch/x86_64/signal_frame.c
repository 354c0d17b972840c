/* SPDX-License-Identifier: BSD-2-Clause */
/* Signal frames of x86_64. */

#include "signal_frame.h"

#include <cpuid.h>

/* What upcall.S reads. */
static_assert(offsetof(struct __pthread, signals) == 8 && offsetof(struct __pthread, alternate_low) == 32);
static_assert(offsetof(struct __pthread, alternate_high) == 40 && offsetof(struct process, signals) == 8);
static_assert(offsetof(struct procmgr_signal_thread, blocked) == 8 && offsetof(struct procmgr_signal_thread, pending) == 16);
static_assert(offsetof(struct procmgr_signal_page, pending) == 32);

extern char guard_begin[], guard_end[], guard_abort[];
extern char touch_first[], touch_end[], touch_abort[];
/* Bytes of an XSAVE area; 0: the CPU has FXSAVE only (512 bytes). Read by upcall.S. */
uint32_t upcall_xsave_size;

void signal_frame_start(void)
{
	process.signals->guard_first = (uint64_t)touch_first;
	process.signals->guard_end = (uint64_t)touch_end;
	unsigned a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) && c & bit_OSXSAVE && __get_cpuid_count(13, 0, &a, &b, &c, &d))
		upcall_xsave_size = (b + 63) & ~63u;
}

/* Context words 0 ip, 1 sp, 2 flags, 3 rax, 4 rbx, 5 rcx, 6 rdx, 7 rsi, 8 rdi, 9 rbp, 10..17 r8..r15. */
static const unsigned char words[] = {[REG_R8] = 10, [REG_R9] = 11, [REG_R10] = 12, [REG_R11] = 13, [REG_R12] = 14,
    [REG_R13] = 15, [REG_R14] = 16, [REG_R15] = 17, [REG_RDI] = 8, [REG_RSI] = 7, [REG_RBP] = 9, [REG_RBX] = 4,
    [REG_RDX] = 6, [REG_RAX] = 3, [REG_RCX] = 5, [REG_RSP] = 1, [REG_RIP] = 0, [REG_EFL] = 2};

void signal_frame_save(ucontext_t *to, const kn_word *context, void *fpu)
{
	for (unsigned i = 0; i < sizeof words; i++)
		to->uc_mcontext.gregs[i] = (greg_t)context[words[i]];
	to->uc_mcontext.fpregs = fpu;
	to->uc_mcontext.__reserved[0] = context[18];
	to->uc_mcontext.__reserved[1] = context[19];
}

void signal_frame_load(const ucontext_t *from, kn_word *context)
{
	for (unsigned i = 0; i < sizeof words; i++)
		context[words[i]] = (kn_word)from->uc_mcontext.gregs[i];
	context[18] = from->uc_mcontext.__reserved[0];
	context[19] = from->uc_mcontext.__reserved[1];
}

void signal_frame_abort_guard(kn_word *context)
{
	if (context[0] >= (kn_word)guard_begin && context[0] < (kn_word)guard_end)
		context[0] = (kn_word)guard_abort;
}

bool signal_frame_abort_touch(kn_word *context)
{
	if (context[0] < (kn_word)touch_first || context[0] >= (kn_word)touch_end)
		return false;
	context[0] = (kn_word)touch_abort;
	return true;
}
