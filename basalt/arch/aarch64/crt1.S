/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a program begins: x0 is the process page, x1 the stack pointer with the startup block
 * (servers/README.md).
 */

	.text
	.globl _start
	.type _start, %function
_start:
	bti c
	mov x29, xzr
	mov x30, xzr
	bl __libc_start
	brk #1
	.size _start, . - _start

#include "trona/landing_pads.inc"
