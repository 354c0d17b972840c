/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A system call that does not begin once *flag has changed. An upcall that comes between the
 * check and the SYSCALL instruction continues at guard_abort (signal_frame.c), so there is no
 * gap. // kn_status guarded_call(number rdi, dest rsi, regs rdx, deadline rcx, flag r8, expected
 * r9d); struct kn_regs: w[4], info, badge.
 */

	.text
	.globl guarded_call, guard_begin, guard_end, guard_abort
	.type guarded_call, @function
guarded_call:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	mov %rdx, %rbx
	mov %r8, %rbp
	mov %r9d, %r14d
	mov %rcx, %r12
	xor %r13d, %r13d
	mov %rdi, %rax
	mov %rsi, %rdi
	mov 32(%rbx), %rsi
	mov 0(%rbx), %rdx
	mov 8(%rbx), %r10
	mov 16(%rbx), %r8
	mov 24(%rbx), %r9
guard_begin:
	cmp %r14d, (%rbp)
	jne guard_abort
	syscall
guard_end:
	mov %rdx, 0(%rbx)
	mov %r10, 8(%rbx)
	mov %r8, 16(%rbx)
	mov %r9, 24(%rbx)
	mov %rsi, 32(%rbx)
	mov %rdi, 40(%rbx)
1:	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
guard_abort:
	mov $-13, %eax /* KN_E_INTERRUPTED */
	jmp 1b
	.size guarded_call, . - guarded_call
	.section .note.GNU-stack, "", @progbits
