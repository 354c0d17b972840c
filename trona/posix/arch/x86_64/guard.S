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

	/*
	 * Memory that a caller names and that may not be there: a fault between touch_first and touch_end continues at touch_abort (procmgr
	 * knows the range). bool touch_read(const void *), touch_write(void *), touch_copy(void *to, const void *from, size_t): false if so.
	 */
	.globl touch_read, touch_write, touch_copy, touch_first, touch_end, touch_abort
	.type touch_read, @function
	.type touch_write, @function
	.type touch_copy, @function
touch_first:
touch_read:
	movb (%rdi), %al
	mov $1, %eax
	ret
touch_write:
	lock orb $0, (%rdi)
	mov $1, %eax
	ret
touch_copy:
	mov %rdx, %rcx
	cmp $16, %rdx
	jb 1f
	mov -8(%rsi,%rdx), %r8
	lea -8(%rdi,%rdx), %r9
	shr $3, %rcx
	rep movsq
	mov %r8, (%r9)
	mov $1, %eax
	ret
1:	rep movsb
	mov $1, %eax
	ret
touch_end:
touch_abort:
	xor %eax, %eax
	ret
	.size touch_copy, touch_end - touch_copy
	.section .note.GNU-stack, "", @progbits
