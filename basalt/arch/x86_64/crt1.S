/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a program begins: rdi is the process page, rsi the stack pointer with the startup block
 * (servers/README.md).
 */

	.text
	.globl _start
	.type _start, @function
_start:
	xor %ebp, %ebp
	and $-16, %rsp
	call __libc_start
	ud2
	.size _start, . - _start
	.section .note.GNU-stack, "", @progbits
