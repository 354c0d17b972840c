/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of an interrupted thread, as Linux names them. The vector registers lie behind
 * __vectors (32 of 16 bytes, then FPSR and FPCR).
 */
#pragma once

typedef struct {
	unsigned long fault_address;
	unsigned long regs[31];
	unsigned long sp;
	unsigned long pc;
	unsigned long pstate;
	void *__vectors;
} mcontext_t;
typedef struct __ucontext {
	unsigned long uc_flags;
	struct __ucontext *uc_link;
	stack_t uc_stack;
	sigset_t uc_sigmask;
	mcontext_t uc_mcontext;
} ucontext_t;
