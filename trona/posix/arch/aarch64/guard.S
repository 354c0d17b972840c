/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A system call that does not begin once *flag has changed. An upcall that comes between the
 * check and the SVC instruction continues at guard_abort (signal_frame.c), so there is no gap.
 * // kn_status guarded_call(number x0, dest x1, regs x2, deadline x3, flag x4, expected w5);
 * struct kn_regs: w[4], info, badge.
 */

	.text
	.globl guarded_call, guard_begin, guard_end, guard_abort
	.type guarded_call, %function
guarded_call:
	bti c
	mov x8, x0
	mov x0, x1
	mov x9, x2
	mov x6, x3
	mov x7, xzr
	mov x10, x4
	mov w11, w5
	ldr x1, [x9, #32]
	ldp x2, x3, [x9]
	ldp x4, x5, [x9, #16]
guard_begin:
	ldr w12, [x10]
	cmp w12, w11
	b.ne guard_abort
	svc #0
guard_end:
	stp x2, x3, [x9]
	stp x4, x5, [x9, #16]
	stp x1, x6, [x9, #32]
	ret
guard_abort:
	mov w0, #-13 /* KN_E_INTERRUPTED */
	ret
	.size guarded_call, . - guarded_call
