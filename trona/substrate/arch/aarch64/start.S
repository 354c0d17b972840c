/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of every server: x0 and x1 are the two arguments of tcb.start(). */
	.section .text._start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	hint	#34 /* bti c */
	mov	x29, xzr
	mov	x30, xzr
	bl	start_main
	udf	#0
	.size	_start, . - _start

#include "trona/landing_pads.inc"
