/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where upcalls enter: every register is the interrupted thread's and saved by the kernel, but
 * for the vector registers. On the interrupted stack (or the alternate one, if there is one and
 * the thread is not on it) room is made for them; then C runs the handlers. thread area (64
 * bytes below TPIDR_EL0): tcb at 16, personality at 24; struct __pthread: alternate_low at 32,
 * alternate_high at 40.
 */

	.text
	.globl upcall_entry
	.type upcall_entry, %function
upcall_entry:
	bti j
	mrs x19, tpidr_el0
	ldr x0, [x19, #-40]
	mov x20, sp
	ldp x1, x2, [x0, #32]
	cbz x2, 1f
	cmp x20, x2
	b.hs 2f
	cmp x20, x1
	b.hs 1f
2:	mov x20, x2
1:	sub x20, x20, #528
	and sp, x20, #-16
	mov x20, sp
	.irp pair, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
	str q\pair, [x20, #\pair * 16]
	.endr
	str q30, [x20, #480]
	.irp odd, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
	str q\odd, [x20, #\odd * 16]
	.endr
	mrs x1, fpsr
	mrs x2, fpcr
	str x1, [x20, #512]
	str x2, [x20, #520]
	mov x0, x20
	mov x29, xzr
	bl upcall_main
	ldr x1, [x20, #512]
	ldr x2, [x20, #520]
	msr fpsr, x1
	msr fpcr, x2
	.irp reg, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr q\reg, [x20, #\reg * 16]
	.endr
	/* tcb.upcall_return on oneself. */
	mov x1, x0
	ldr x0, [x19, #-48]
	mov x6, #-1
	mov x7, xzr
	mov x8, #0x4b00
	svc #0
	brk #1
	.size upcall_entry, . - upcall_entry

#include "trona/landing_pads.inc"
