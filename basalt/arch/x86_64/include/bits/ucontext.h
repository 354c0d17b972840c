/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of an interrupted thread, in Linux's order. The FPU state lies behind
 * uc_mcontext.fpregs (XSAVE layout).
 */
#pragma once

typedef long long greg_t;
typedef greg_t gregset_t[23];
enum {
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RDI, REG_RSI, REG_RBP, REG_RBX,
	REG_RDX, REG_RAX, REG_RCX, REG_RSP, REG_RIP, REG_EFL, REG_CSGSFS, REG_ERR, REG_TRAPNO, REG_OLDMASK, REG_CR2,
};
typedef struct {
	gregset_t gregs;
	void *fpregs;
	unsigned long long __reserved[8];
} mcontext_t;
typedef struct __ucontext {
	unsigned long uc_flags;
	struct __ucontext *uc_link;
	stack_t uc_stack;
	mcontext_t uc_mcontext;
	sigset_t uc_sigmask;
} ucontext_t;
