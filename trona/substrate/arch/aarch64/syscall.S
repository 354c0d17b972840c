/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls as C functions (trona/syscall.h); registers: uapi/types.h. The kernel keeps everything
 * that is no result, so x9 (regs) survives. struct kn_regs: w[4] at 0, info at 32, badge at 40.
 */
#include "uapi/types.h"

.macro load_message
	ldp	x2, x3, [x9]
	ldp	x4, x5, [x9, #16]
	ldr	x1, [x9, #32]
.endm

.macro store_message
	stp	x2, x3, [x9]
	stp	x4, x5, [x9, #16]
	stp	x1, x6, [x9, #32]
.endm

/* BTI: these may be called through pointers. */
.macro function name
	.section .text.\name, "ax", @progbits
	.globl	\name
	.type	\name, @function
	.balign	16
\name:
	hint	#34 /* bti c */
.endm

.macro end name
	.size	\name, . - \name
.endm

/* kn_status kn_call(kn_cap dest, struct kn_regs *regs, kn_time deadline) */
function kn_call
	mov	x9, x1
	mov	x6, x2
	load_message
	mov	x8, #KN_SYS_CALL
	svc	#0
	store_message
	ret
end kn_call

/* kn_status kn_send(kn_cap dest, struct kn_regs *regs, kn_time deadline) */
function kn_send
	mov	x9, x1
	mov	x6, x2
	load_message
	mov	x8, #KN_SYS_SEND
	svc	#0
	ret
end kn_send

/* kn_status kn_recv(kn_cap source, struct kn_regs *regs, kn_time deadline, kn_cap reply) */
function kn_recv
	mov	x9, x1
	mov	x6, x2
	mov	x7, x3
	mov	x8, #KN_SYS_RECV
	svc	#0
	store_message
	ret
end kn_recv

/* kn_status kn_reply_recv(kn_cap source, struct kn_regs *regs, kn_time deadline, kn_cap reply) */
function kn_reply_recv
	mov	x9, x1
	mov	x6, x2
	mov	x7, x3
	load_message
	mov	x8, #KN_SYS_REPLY_RECV
	svc	#0
	store_message
	ret
end kn_reply_recv

/* kn_status kn_reply(kn_cap reply, struct kn_regs *regs) */
function kn_reply
	mov	x9, x1
	mov	x6, xzr
	mov	x7, x0
	load_message
	mov	x8, #KN_SYS_REPLY
	svc	#0
	ret
end kn_reply

/* void kn_yield(kn_cap sched_context) */
function kn_yield
	mov	x8, #KN_SYS_YIELD
	svc	#0
	ret
end kn_yield

#include "trona/landing_pads.inc"
