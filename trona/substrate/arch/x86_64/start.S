/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of every server: rdi and rsi are the two arguments of tcb.start(). */
	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp
	andq	$-16, %rsp
	call	start_main
	ud2
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
