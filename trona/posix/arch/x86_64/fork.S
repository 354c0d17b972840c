/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork: the child's thread begins at fork_child with the stack pointer the parent had and
 * nothing else. long fork_trampoline(long (*call)(kn_word sp)): what call says in the parent, 0
 * in the child.
 */

	.text
	.globl fork_trampoline, fork_child
	.type fork_trampoline, @function
fork_trampoline:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	sub $8, %rsp
	mov %rdi, %rax
	mov %rsp, %rdi
	call *%rax
1:	add $8, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
fork_child:
	xor %eax, %eax
	jmp 1b
	.size fork_trampoline, . - fork_trampoline
	/* void thread_again(struct __pthread *self, kn_word sp): thread_run(self) on the whole stack again. */
	.globl thread_again
	.type thread_again, @function
thread_again:
	mov %rsi, %rsp
	xor %ebp, %ebp
	call thread_run
	ud2
	.size thread_again, . - thread_again
	.section .note.GNU-stack, "", @progbits
