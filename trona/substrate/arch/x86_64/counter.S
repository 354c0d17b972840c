/* SPDX-License-Identifier: BSD-2-Clause */
/* uint64_t arch_counter(void): the time stamp counter. LFENCE keeps it behind earlier loads (Intel SDM 4, RDTSC). */
	.section .text.arch_counter, "ax", @progbits
	.globl	arch_counter
	.type	arch_counter, @function
arch_counter:
	lfence
	rdtsc
	shlq	$32, %rdx
	orq	%rdx, %rax
	ret
	.size	arch_counter, . - arch_counter

	.section .note.GNU-stack, "", @progbits
