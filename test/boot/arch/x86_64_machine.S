/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions behind kernel_machine.c. */
#include "uapi/types.h"

	.text

.macro function name
	.globl	\name
	.type	\name, @function
\name:
.endm

.macro keep
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi
.endm

.macro give_back
	pop	%rdi
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
.endm

	/* All but rsp, rdi (seed), rsi (stop) and rax (scratch). */
.macro fill
	lea	1(%rdi), %rbx
	lea	2(%rdi), %rbp
	lea	3(%rdi), %rcx
	lea	4(%rdi), %rdx
	lea	5(%rdi), %r8
	lea	6(%rdi), %r9
	lea	7(%rdi), %r10
	lea	8(%rdi), %r11
	lea	9(%rdi), %r12
	lea	10(%rdi), %r13
	lea	11(%rdi), %r14
	lea	12(%rdi), %r15
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	lea	(64 + \n)(%rdi), %rax
	movq	%rax, %xmm\n
	punpcklqdq %xmm\n, %xmm\n
	.endr
.endm

	/* Jumps to 9f at the first difference. */
.macro compare_one register, offset
	lea	\offset(%rdi), %rax
	cmp	%rax, \register
	jne	9f
.endm

.macro compare_vectors
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	compare_vector %xmm\n, (64 + \n)
	.endr
.endm

.macro compare_vector register, offset
	movq	\register, %rax
	sub	$\offset, %rax
	cmp	%rax, %rdi
	jne	9f
	psrldq	$8, \register
	movq	\register, %rax
	sub	$\offset, %rax
	cmp	%rax, %rdi
	jne	9f
.endm

.macro compare_kept
	compare_one %rbx, 1
	compare_one %rbp, 2
	compare_one %r12, 9
	compare_one %r13, 10
	compare_one %r14, 11
	compare_one %r15, 12
	compare_vectors
.endm

function rig_hold_registers
	keep
	fill
1:	cmpq	$0, (%rsi)
	je	1b
	compare_one %rcx, 3
	compare_one %rdx, 4
	compare_one %r8, 5
	compare_one %r9, 6
	compare_one %r10, 7
	compare_one %r11, 8
	compare_kept
	mov	$1, %eax
	jmp	8f
9:	xor	%eax, %eax
8:	give_back
	ret

function rig_hold_over_call
	keep
	fill
	mov	$KN_SYS_YIELD, %eax
	xor	%edi, %edi
	syscall
	mov	(%rsp), %rdi
	compare_kept
	mov	$1, %eax
	jmp	8f
9:	xor	%eax, %eax
8:	give_back
	ret

function rig_undefined
	ud2
	ret

function rig_breakpoint
	int3
	ret

function rig_privileged
	mov	%cr0, %rax
	ret

function rig_jump
	jmp	*%rdi

	/* The pause ends a virtual CPU's turn where they take turns (sched_rig.h). */
function rig_loops
	test	%rdi, %rdi
	jz	2f
1:	.rept	1000
	nop
	.endr
	pause
	dec	%rdi
	jnz	1b
2:	ret

function rig_counter
	lfence
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	ret

	.section .note.GNU-stack, "", @progbits
