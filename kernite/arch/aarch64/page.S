/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clearing and copying whole pages. DC ZVA clears a block whose size DCZID_EL0 tells (ARM ARM
 * D19.2.27); where it is prohibited (bit DZP), pairs of zero registers do it.
 */
	.text
	.globl arch_clear_page
arch_clear_page:
	bti	c
	mrs	x1, dczid_el0
	add	x3, x0, #4096
	tbnz	x1, #4, 2f
	and	x1, x1, #15
	mov	x2, #4
	lsl	x2, x2, x1
1:	dc	zva, x0
	add	x0, x0, x2
	cmp	x0, x3
	b.lo	1b
	ret
2:	stp	xzr, xzr, [x0], #16
	stp	xzr, xzr, [x0], #16
	cmp	x0, x3
	b.lo	2b
	ret

	.globl arch_copy_page
arch_copy_page:
	bti	c
	add	x10, x0, #4096
1:	ldp	x2, x3, [x1]
	ldp	x4, x5, [x1, #16]
	ldp	x6, x7, [x1, #32]
	ldp	x8, x9, [x1, #48]
	stp	x2, x3, [x0]
	stp	x4, x5, [x0, #16]
	stp	x6, x7, [x0, #32]
	stp	x8, x9, [x0, #48]
	add	x1, x1, #64
	add	x0, x0, #64
	cmp	x0, x10
	b.lo	1b
	ret
	.section .note.GNU-stack, "", %progbits
