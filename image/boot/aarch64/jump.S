/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's two pieces of assembly (COFF). The kernel turns the MMU off for a moment, so all
 * that it reads meanwhile must be in memory and not only in a cache.
 */

	.text
	.globl clean_to_memory
	.globl enter_kernel

/*
 * void clean_to_memory(uint64_t start, uint64_t end): clean and invalidate to the point of
 * coherency.
 */
clean_to_memory:
	mrs x3, ctr_el0
	ubfx x3, x3, #16, #4
	mov x2, #4
	lsl x2, x2, x3
	sub x3, x2, #1
	bic x0, x0, x3
1:	dc civac, x0
	add x0, x0, x2
	cmp x0, x1
	b.lo 1b
	dsb sy
	ret

/* void enter_kernel(uint64_t handoff, uint64_t entry): x0 stays the handoff. */
enter_kernel:
	msr daifset, #15
	ic iallu
	dsb sy
	isb
	br x1
