/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork: the child's thread begins at fork_child with the stack pointer the parent had and
 * nothing else. long fork_trampoline(long (*call)(kn_word sp)): what call says in the parent, 0
 * in the child.
 */

	.text
	.globl fork_trampoline, fork_child
	.type fork_trampoline, %function
fork_trampoline:
	bti c
	stp x29, x30, [sp, #-160]!
	stp x19, x20, [sp, #16]
	stp x21, x22, [sp, #32]
	stp x23, x24, [sp, #48]
	stp x25, x26, [sp, #64]
	stp x27, x28, [sp, #80]
	stp d8, d9, [sp, #96]
	stp d10, d11, [sp, #112]
	stp d12, d13, [sp, #128]
	stp d14, d15, [sp, #144]
	mov x1, x0
	mov x0, sp
	blr x1
1:	ldp x19, x20, [sp, #16]
	ldp x21, x22, [sp, #32]
	ldp x23, x24, [sp, #48]
	ldp x25, x26, [sp, #64]
	ldp x27, x28, [sp, #80]
	ldp d8, d9, [sp, #96]
	ldp d10, d11, [sp, #112]
	ldp d12, d13, [sp, #128]
	ldp d14, d15, [sp, #144]
	ldp x29, x30, [sp], #160
	ret
fork_child:
	bti j
	mov x0, xzr
	b 1b
	.size fork_trampoline, . - fork_trampoline
	/* void thread_again(struct __pthread *self, kn_word sp): thread_run(self) on the whole stack again. */
	.globl thread_again
	.type thread_again, %function
thread_again:
	bti c
	mov sp, x1
	mov x29, xzr
	bl thread_run
	brk #1
	.size thread_again, . - thread_again

#include "trona/landing_pads.inc"
