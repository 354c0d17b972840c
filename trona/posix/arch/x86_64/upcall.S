/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where upcalls enter: every register is the interrupted thread's and saved by the kernel, but
 * for the FPU's. Below the red zone (or on the alternate stack, if there is one and the thread
 * is not on it) room is made for the FPU state; then C runs the handlers. thread area:
 * personality at 24; struct __pthread: alternate_low at 32, alternate_high at 40.
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
2:	mov %rcx, %rbx
1:	mov upcall_xsave_size(%rip), %ecx
	test %ecx, %ecx
	jnz 3f
	lea -512(%rbx), %rsp
	and $-64, %rsp
	fxsave64 (%rsp)
	mov %rsp, %rbx
	mov %rsp, %rdi
	call upcall_main
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
	xsave64 (%rsp)
	mov %rsp, %rbx
	mov %rsp, %rdi
	call upcall_main
	mov %rax, %rcx
	mov $-1, %eax
	mov %eax, %edx
	xrstor64 (%rbx)
	mov %rcx, %rax
4:	/* tcb.upcall_return on oneself: the info word came from upcall_main, the capability is in the thread area. */
	mov %rax, %rsi
	mov %fs:16, %rdi
	mov $-1, %r12
	mov $0x4b00, %eax
	syscall
	ud2
	.size upcall_entry, . - upcall_entry
	.section .note.GNU-stack, "", @progbits
