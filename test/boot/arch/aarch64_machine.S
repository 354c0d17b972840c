/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions behind kernel_machine.c. */
#include "uapi/types.h"

	.arch	armv8-a+fp+simd
	.text

	/* Registers from x18 on belong to the caller, as do d8..d15. [sp, #176] is room for 16 bytes. */
.macro keep
	sub	sp, sp, #192
	stp	x18, x19, [sp, #0]
	stp	x20, x21, [sp, #16]
	stp	x22, x23, [sp, #32]
	stp	x24, x25, [sp, #48]
	stp	x26, x27, [sp, #64]
	stp	x28, x29, [sp, #80]
	stp	x30, xzr, [sp, #96]
	stp	d8, d9, [sp, #112]
	stp	d10, d11, [sp, #128]
	stp	d12, d13, [sp, #144]
	stp	d14, d15, [sp, #160]
.endm

.macro give_back
	ldp	x18, x19, [sp, #0]
	ldp	x20, x21, [sp, #16]
	ldp	x22, x23, [sp, #32]
	ldp	x24, x25, [sp, #48]
	ldp	x26, x27, [sp, #64]
	ldp	x28, x29, [sp, #80]
	ldp	x30, xzr, [sp, #96]
	ldp	d8, d9, [sp, #112]
	ldp	d10, d11, [sp, #128]
	ldp	d12, d13, [sp, #144]
	ldp	d14, d15, [sp, #160]
	add	sp, sp, #192
.endm

	/* x9..x30 = seed (x0) + their number, v0..v31 the same twice, TPIDR_EL0 untouched. */
.macro fill
	.irp	n, 9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	add	x\n, x0, #\n
	.endr
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	add	x2, x0, #(\n + 64)
	stp	x2, x2, [sp, #176]
	ldr	q\n, [sp, #176]
	.endr
.endm

	/* x3 = 0 if all are as filled. */
.macro compare
	mov	x3, #0
	.irp	n, 9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	add	x2, x0, #\n
	eor	x2, x2, x\n
	orr	x3, x3, x2
	.endr
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	add	x2, x0, #(\n + 64)
	str	q\n, [sp, #176]
	ldp	x4, x5, [sp, #176]
	eor	x4, x4, x2
	eor	x5, x5, x2
	orr	x3, x3, x4
	orr	x3, x3, x5
	.endr
.endm

.macro function name
	.globl	\name
	.type	\name, %function
\name:
	hint	#34 /* bti c */
.endm

function rig_hold_registers
	keep
	fill
1:	ldr	x2, [x1]
	cbz	x2, 1b
	compare
	cmp	x3, #0
	cset	w0, eq
	give_back
	ret

function rig_hold_over_call
	keep
	fill
	str	x0, [sp, #104]
	mov	x8, #KN_SYS_YIELD
	mov	x0, #0
	svc	#0
	ldr	x0, [sp, #104]
	compare
	cmp	x3, #0
	cset	w0, eq
	give_back
	ret

function rig_undefined
	udf	#0
	ret

function rig_breakpoint
	brk	#1
	ret

function rig_privileged
	mrs	x0, sctlr_el1
	ret

function rig_jump
	br	x0

	/* The yield ends a virtual CPU's turn where they take turns (sched_rig.h). */
function rig_loops
	cbz	x0, 2f
1:	.rept	1000
	nop
	.endr
	yield
	subs	x0, x0, #1
	b.ne	1b
2:	ret

function rig_counter
	isb
	mrs	x0, cntvct_el0
	ret

	.section .note.GNU-stack, "", %progbits
