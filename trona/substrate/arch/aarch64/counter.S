/* SPDX-License-Identifier: BSD-2-Clause */
/* uint64_t arch_counter(void): the virtual counter. ISB keeps it behind earlier loads (ARM ARM D12.2.2). */
	.section .text.arch_counter, "ax", @progbits
	.globl	arch_counter
	.type	arch_counter, @function
arch_counter:
	hint	#34 /* bti c */
	isb
	mrs	x0, cntvct_el0
	ret
	.size	arch_counter, . - arch_counter

	.section .note.gnu.property, "a"
	.balign	8
	.word	4, 16, 5
	.asciz	"GNU"
	.word	0xc0000000, 4, 3, 0

	.section .note.GNU-stack, "", %progbits
