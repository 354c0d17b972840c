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

#include "trona/landing_pads.inc"
