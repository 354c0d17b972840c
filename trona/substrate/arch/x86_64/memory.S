/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy, memmove and memset for servers. REP MOVSQ moves 8 bytes an instruction even where the CPU
 * promises nothing about strings; the last 0..7 bytes go by an overlapping quadword, or one by one when there are fewer than 8.
 */
	.section .text.memcpy, "ax", @progbits
	.globl	memmove, memcpy
	.type	memmove, @function
	.type	memcpy, @function
	.balign	16
memmove:
	movq	%rdi, %rax
	subq	%rsi, %rax
	cmpq	%rdx, %rax		/* 0 < to - from < size: backwards */
	jb	.Lbackwards
memcpy:
	movq	%rdi, %rax
	cmpq	$16, %rdx
	jb	.Lsmall
	movq	-8(%rsi,%rdx), %r8	/* the last 8 bytes, before anything is written */
	leaq	-8(%rdi,%rdx), %r9
	movq	%rdx, %rcx
	shrq	$3, %rcx
	rep movsq
	movq	%r8, (%r9)
	ret
.Lsmall:
	cmpq	$8, %rdx
	jb	.Lbytes
	movq	(%rsi), %r8
	movq	-8(%rsi,%rdx), %r9
	movq	%r8, (%rdi)
	movq	%r9, -8(%rdi,%rdx)
	ret
.Lbytes:
	movq	%rdx, %rcx
	rep movsb
	ret
.Lbackwards:
	movq	%rdi, %rax
	cmpq	$16, %rdx
	jb	.Lsmall_backwards
	movq	(%rsi), %r8		/* the first 8 bytes */
	movq	%rdx, %rcx
	shrq	$3, %rcx
	leaq	-8(%rsi,%rdx), %rsi
	leaq	-8(%rdi,%rdx), %rdi
	std
	rep movsq
	cld
	movq	%r8, (%rax)
	ret
.Lsmall_backwards:
	cmpq	$8, %rdx
	jae	.Lsmall
	movq	%rdx, %rcx
	leaq	-1(%rsi,%rdx), %rsi
	leaq	-1(%rdi,%rdx), %rdi
	std
	rep movsb
	cld
	ret
	.size	memmove, . - memmove

	.section .text.memset, "ax", @progbits
	.globl	memset
	.type	memset, @function
	.balign	16
memset:
	movq	%rdi, %r9
	movzbl	%sil, %eax
	movabsq	$0x0101010101010101, %r8
	imulq	%r8, %rax
	cmpq	$8, %rdx
	jb	.Lset_bytes
	movq	%rax, -8(%rdi,%rdx)
	movq	%rdx, %rcx
	shrq	$3, %rcx
	rep stosq
	movq	%r9, %rax
	ret
.Lset_bytes:
	movq	%rdx, %rcx
	rep stosb
	movq	%r9, %rax
	ret
	.size	memset, . - memset

	.section .note.GNU-stack, "", @progbits
