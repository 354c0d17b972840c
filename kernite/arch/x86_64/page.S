/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clearing and copying whole pages. REP with eight-byte units is the fastest form that needs no
 * vector registers (Intel Optimization Manual 3.7.6) and costs the same with and without ERMS.
 */
	.text
	.globl arch_clear_page
arch_clear_page:
	xorl %eax, %eax
	movl $512, %ecx
	rep stosq
	ret

	.globl arch_copy_page
arch_copy_page:
	movl $512, %ecx
	rep movsq
	ret
	.section .note.GNU-stack, "", @progbits
