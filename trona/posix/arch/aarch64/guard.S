/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A system call that does not begin once *flag has changed. An upcall that comes between the
 * check and the SVC instruction continues at guard_abort (signal_frame.c), so there is no gap.
 * // kn_status guarded_call(number x0, dest x1, regs x2, deadline x3, flag x4, expected w5);
 * struct kn_regs: w[4], info, badge.
 */
#include "trona/copy_blocks.inc"

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

	/*
	 * Memory that a caller names and that may not be there: a fault between touch_first and touch_end continues at touch_abort (procmgr
	 * knows the range). bool touch_read(const void *), touch_write(void *), touch_copy(void *to, const void *from, size_t): false if so.
	 */
	.globl touch_read, touch_write, touch_copy, touch_first, touch_end, touch_abort
	.type touch_read, %function
	.type touch_write, %function
	.type touch_copy, %function
touch_first:
touch_read:
	bti c
	ldrb w1, [x0]
	mov w0, #1
	ret
touch_write:
	bti c
1:	ldxrb w1, [x0]
	stxrb w2, w1, [x0]
	cbnz w2, 1b
	mov w0, #1
	ret
touch_copy:
	bti c
	copy_blocks x0, x1, x2
	add x2, x2, #64
5:	subs x2, x2, #8
	b.lo 6f
	ldr x3, [x1], #8
	str x3, [x0], #8
	b 5b
6:	adds x2, x2, #8
	b.eq 4f
3:	ldrb w3, [x1], #1
	strb w3, [x0], #1
	subs x2, x2, #1
	b.ne 3b
4:	mov w0, #1
	ret
touch_end:
touch_abort:
	mov w0, #0
	ret
	.size touch_copy, touch_end - touch_copy

#include "trona/landing_pads.inc"
