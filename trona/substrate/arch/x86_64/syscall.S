/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls as C functions (trona/syscall.h); registers: uapi/types.h. SYSCALL destroys rcx and r11, the kernel keeps
 * everything that is no result. struct kn_regs: w[4] at 0, info at 32, badge at 40.
 */
#include "uapi/types.h"

/* rbx = regs, words and info loaded from it */
.macro load_message
	movq	(%rbx), %rdx
	movq	8(%rbx), %r10
	movq	16(%rbx), %r8
	movq	24(%rbx), %r9
	movq	32(%rbx), %rsi
.endm

.macro store_message
	movq	%rdx, (%rbx)
	movq	%r10, 8(%rbx)
	movq	%r8, 16(%rbx)
	movq	%r9, 24(%rbx)
	movq	%rsi, 32(%rbx)
	movq	%rdi, 40(%rbx)
.endm

.macro function name
	.section .text.\name, "ax", @progbits
	.globl	\name
	.type	\name, @function
	.balign	16
\name:
.endm

.macro end name
	.size	\name, . - \name
.endm

/* kn_status kn_call(kn_cap dest, struct kn_regs *regs, kn_time deadline) */
function kn_call
	pushq	%rbx
	pushq	%r12
	movq	%rsi, %rbx
	movq	%rdx, %r12
	load_message
	movl	$KN_SYS_CALL, %eax
	syscall
	store_message
	popq	%r12
	popq	%rbx
	ret
end kn_call

/* kn_status kn_send(kn_cap dest, struct kn_regs *regs, kn_time deadline) */
function kn_send
	pushq	%rbx
	pushq	%r12
	movq	%rsi, %rbx
	movq	%rdx, %r12
	load_message
	movl	$KN_SYS_SEND, %eax
	syscall
	popq	%r12
	popq	%rbx
	ret
end kn_send

/* kn_status kn_recv(kn_cap source, struct kn_regs *regs, kn_time deadline, kn_cap reply) */
function kn_recv
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	movq	%rsi, %rbx
	movq	%rdx, %r12
	movq	%rcx, %r13
	movl	$KN_SYS_RECV, %eax
	syscall
	store_message
	popq	%r13
	popq	%r12
	popq	%rbx
	ret
end kn_recv

/* kn_status kn_reply_recv(kn_cap source, struct kn_regs *regs, kn_time deadline, kn_cap reply) */
function kn_reply_recv
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	movq	%rsi, %rbx
	movq	%rdx, %r12
	movq	%rcx, %r13
	load_message
	movl	$KN_SYS_REPLY_RECV, %eax
	syscall
	store_message
	popq	%r13
	popq	%r12
	popq	%rbx
	ret
end kn_reply_recv

/* kn_status kn_reply(kn_cap reply, struct kn_regs *regs) */
function kn_reply
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	movq	%rsi, %rbx
	movq	%rdi, %r13
	xorl	%r12d, %r12d
	load_message
	movl	$KN_SYS_REPLY, %eax
	syscall
	popq	%r13
	popq	%r12
	popq	%rbx
	ret
end kn_reply

/* void kn_yield(kn_cap sched_context) */
function kn_yield
	movl	$KN_SYS_YIELD, %eax
	syscall
	ret
end kn_yield

	.section .note.GNU-stack, "", @progbits
