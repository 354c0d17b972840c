/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where upcalls enter: every register is the interrupted thread's and saved by the kernel, but
 * for the vector registers. On the interrupted stack (or the alternate one, if there is one, the
 * thread is not on it, and a signal that can be handled now wants it: the stack may be full) room
 * is made for them; then C runs the handlers. upcall_main tells what to return with, and where to
 * begin again: on the interrupted stack, for signals that do not want the alternate one. The
 * thread area is 64 bytes below TPIDR_EL0, with tcb at 16 and personality at 24; other offsets:
 * signal_frame.c checks them.
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
2:	ldr x3, [x0, #8]
	adrp x4, process+8
	ldr x4, [x4, :lo12:process+8]
	ldp x5, x6, [x3, #8]
	ldr x4, [x4, #32]
	orr x4, x4, x6
	bic x4, x4, x5
	adrp x5, signals_on_stack
	ldr x5, [x5, :lo12:signals_on_stack]
	tst x4, x5
	b.eq 1f
	mov x20, x2
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
	mov x21, x0
	mov x22, x1
	ldr x1, [x20, #512]
	ldr x2, [x20, #520]
	msr fpsr, x1
	msr fpcr, x2
	.irp reg, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr q\reg, [x20, #\reg * 16]
	.endr
	cbz x22, 3f
	mov sp, x22
	b upcall_entry
3:	/* tcb.upcall_return on oneself. */
	mov x1, x21
	ldr x0, [x19, #-48]
	mov x6, #-1
	mov x7, xzr
	mov x8, #0x4b00
	svc #0
	brk #1
	.size upcall_entry, . - upcall_entry

	/* void signal_call_on(kn_word top, int signal, siginfo_t *info, ucontext_t *context, handler) */
	.globl signal_call_on
	.type signal_call_on, %function
signal_call_on:
	bti c
	stp x29, x30, [sp, #-16]!
	mov x29, sp
	mov sp, x0
	mov w0, w1
	mov x1, x2
	mov x2, x3
	blr x4
	mov sp, x29
	ldp x29, x30, [sp], #16
	ret
	.size signal_call_on, . - signal_call_on

#include "trona/landing_pads.inc"
