/* SPDX-License-Identifier: BSD-2-Clause */
/* Signal frames of aarch64. */

#include "signal_frame.h"

/* What upcall.S reads. */
static_assert(offsetof(struct __pthread, signals) == 8 && offsetof(struct __pthread, alternate_low) == 32);
static_assert(offsetof(struct __pthread, alternate_high) == 40 && offsetof(struct process, signals) == 8);
static_assert(offsetof(struct procmgr_signal_thread, blocked) == 8 && offsetof(struct procmgr_signal_thread, pending) == 16);
static_assert(offsetof(struct procmgr_signal_page, pending) == 32);

extern char guard_begin[], guard_end[], guard_abort[];
extern char touch_first[], touch_end[], touch_abort[];

void signal_frame_start(void)
{
	process.signals->guard_first = (uint64_t)touch_first;
	process.signals->guard_end = (uint64_t)touch_end;
}

/* Context words: 0 pc, 1 sp, 2 pstate, 3..33 x0..x30, 34 tpidr_el0. */
void signal_frame_save(ucontext_t *to, const kn_word *context, void *fpu)
{
	to->uc_mcontext.pc = context[0];
	to->uc_mcontext.sp = context[1];
	to->uc_mcontext.pstate = context[2];
	memcpy(to->uc_mcontext.regs, &context[3], sizeof to->uc_mcontext.regs);
	to->uc_mcontext.__vectors = fpu;
	to->uc_flags = context[34];
}

void signal_frame_load(const ucontext_t *from, kn_word *context)
{
	context[0] = from->uc_mcontext.pc;
	context[1] = from->uc_mcontext.sp;
	context[2] = from->uc_mcontext.pstate;
	memcpy(&context[3], from->uc_mcontext.regs, sizeof from->uc_mcontext.regs);
	context[34] = from->uc_flags;
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
