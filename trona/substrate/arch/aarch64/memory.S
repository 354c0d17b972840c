/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy, memmove and memset for servers, with general registers only (a server that used SIMD registers would
 * make every switch to it save them): 64 bytes in 8 loads and stores of pairs. All accesses may be
 * unaligned: servers copy ordinary memory, device memory is read and written by volatile words.
 */
#include "trona/copy_blocks.inc"

.macro function name
	.section .text.\name, "ax", @progbits
	.globl	\name
	.type	\name, @function
	.balign	16
\name:
	hint	#34 /* bti c */
.endm

function memmove
	sub	x3, x0, x1
	cmp	x3, x2			/* 0 < to - from < size: backwards */
	b.lo	.Lbackwards
	b	.Lforwards
	.size	memmove, . - memmove

	.globl	memcpy
	.type	memcpy, @function
	.balign	16
memcpy:
	hint	#34 /* bti c */
.Lforwards:
	mov	x3, x0
	copy_blocks x3, x1, x2
	tbz	x2, #5, 3f
	ldp	x4, x5, [x1], #16
	ldp	x6, x7, [x1], #16
	stp	x4, x5, [x3], #16
	stp	x6, x7, [x3], #16
3:	tbz	x2, #4, 4f
	ldp	x4, x5, [x1], #16
	stp	x4, x5, [x3], #16
4:	tbz	x2, #3, 5f
	ldr	x4, [x1], #8
	str	x4, [x3], #8
5:	tbz	x2, #2, 6f
	ldr	w4, [x1], #4
	str	w4, [x3], #4
6:	tbz	x2, #1, 7f
	ldrh	w4, [x1], #2
	strh	w4, [x3], #2
7:	tbz	x2, #0, 8f
	ldrb	w4, [x1]
	strb	w4, [x3]
8:	ret
.Lbackwards:
	add	x1, x1, x2
	add	x3, x0, x2
	subs	x2, x2, #32
	b.lo	2f
1:	ldp	x4, x5, [x1, #-16]
	ldp	x6, x7, [x1, #-32]!
	stp	x4, x5, [x3, #-16]
	stp	x6, x7, [x3, #-32]!
	subs	x2, x2, #32
	b.hs	1b
2:	tbz	x2, #4, 3f
	ldp	x4, x5, [x1, #-16]!
	stp	x4, x5, [x3, #-16]!
3:	tbz	x2, #3, 4f
	ldr	x4, [x1, #-8]!
	str	x4, [x3, #-8]!
4:	tbz	x2, #2, 5f
	ldr	w4, [x1, #-4]!
	str	w4, [x3, #-4]!
5:	tbz	x2, #1, 6f
	ldrh	w4, [x1, #-2]!
	strh	w4, [x3, #-2]!
6:	tbz	x2, #0, 7f
	ldrb	w4, [x1, #-1]
	strb	w4, [x3, #-1]
7:	ret
	.size	memcpy, . - memcpy

function memset
	and	x1, x1, #0xff
	mov	x3, #0x0101010101010101
	mul	x1, x1, x3
	mov	x3, x0
	subs	x2, x2, #64
	b.lo	2f
1:	stp	x1, x1, [x3]
	stp	x1, x1, [x3, #16]
	stp	x1, x1, [x3, #32]
	stp	x1, x1, [x3, #48]
	add	x3, x3, #64
	subs	x2, x2, #64
	b.hs	1b
2:	tbz	x2, #5, 3f
	stp	x1, x1, [x3], #16
	stp	x1, x1, [x3], #16
3:	tbz	x2, #4, 4f
	stp	x1, x1, [x3], #16
4:	tbz	x2, #3, 5f
	str	x1, [x3], #8
5:	tbz	x2, #2, 6f
	str	w1, [x3], #4
6:	tbz	x2, #1, 7f
	strh	w1, [x3], #2
7:	tbz	x2, #0, 8f
	strb	w1, [x3]
8:	ret
	.size	memset, . - memset

#include "trona/landing_pads.inc"
