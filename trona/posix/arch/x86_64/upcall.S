/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where upcalls enter: every register is the interrupted thread's and saved by the kernel, but
 * for the FPU's. Below the red zone (or on the alternate stack, if there is one, the thread is
 * not on it, and a signal that can be handled now wants it: the stack may be full) room is made
 * for the FPU state; then C runs the handlers. upcall_main tells what to return with, and where
 * to begin again: on the interrupted stack, for signals that do not want the alternate one.
 * Offsets: signal_frame.c checks them.
 */

	.text
	.globl upcall_entry
	.type upcall_entry, @function
upcall_entry:
	cld
	mov %fs:24, %rax
	lea -128(%rsp), %rbx
	mov 40(%rax), %rcx
	test %rcx, %rcx
	jz 1f
	cmp %rcx, %rsp
	jae 2f
	cmp 32(%rax), %rsp
	jae 1f
2:	mov 8(%rax), %rdx
	mov process+8(%rip), %rsi
	mov 16(%rdx), %rdi
	or 32(%rsi), %rdi
	mov 8(%rdx), %rdx
	not %rdx
	and %rdx, %rdi
	and signals_on_stack(%rip), %rdi
	jz 1f
	mov %rcx, %rbx
1:	mov upcall_xsave_size(%rip), %ecx
	test %ecx, %ecx
	jnz 3f
	lea -512(%rbx), %rsp
	and $-64, %rsp
	fxsave64 (%rsp)
	mov %rsp, %rbx
	mov %rsp, %rdi
	call upcall_main
	mov %rax, %r14
	mov %rdx, %r15
	fxrstor64 (%rbx)
	jmp 4f
3:	sub %rcx, %rbx
	mov %rbx, %rsp
	and $-64, %rsp
	/* XRSTOR wants the header's reserved bytes zero. */
	xor %eax, %eax
	.irp offset, 512, 520, 528, 536, 544, 552, 560, 568
	mov %rax, \offset(%rsp)
	.endr
	mov $-1, %eax
	mov %eax, %edx
	/* Has the kernel taken the FPU away, this brings it back. So must XSAVE and XRSTOR, but QEMU's do not trap. */
	movups %xmm0, (%rsp)
	xsave64 (%rsp)
	mov %rsp, %rbx
	mov %rsp, %rdi
	call upcall_main
	mov %rax, %r14
	mov %rdx, %r15
	mov $-1, %eax
	mov %eax, %edx
	movups (%rbx), %xmm0
	xrstor64 (%rbx)
4:	test %r15, %r15
	jz 5f
	mov %r15, %rsp
	jmp upcall_entry
5:	/* tcb.upcall_return on oneself: the info word came from upcall_main, the capability is in the thread area. */
	mov %r14, %rsi
	mov %fs:16, %rdi
	mov $-1, %r12
	mov $0x4b00, %eax
	syscall
	ud2
	.size upcall_entry, . - upcall_entry

	/* void signal_call_on(kn_word top, int signal, siginfo_t *info, ucontext_t *context, handler) */
	.globl signal_call_on
	.type signal_call_on, @function
signal_call_on:
	push %rbp
	mov %rsp, %rbp
	mov %rdi, %rsp
	mov %esi, %edi
	mov %rdx, %rsi
	mov %rcx, %rdx
	call *%r8
	mov %rbp, %rsp
	pop %rbp
	ret
	.size signal_call_on, . - signal_call_on
	.section .note.GNU-stack, "", @progbits
