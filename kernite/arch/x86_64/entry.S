/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way into the kernel and out of it.
 *
 * GS discipline: in user mode GS_BASE is the thread's and KERNEL_GS_BASE points at struct cpu;
 * SWAPGS exchanges them once on entry from user mode and once on exit. Traps that can hit inside
 * that window (NMI, #DF, #MC) use IST stacks, never SWAPGS: the word above their frame holds the
 * struct cpu, and GS_BASE is set by MSR and put back. User code owns GS_BASE (FSGSBASE), so its
 * value says nothing about where a trap came from.
 *
 * Interrupts are off in the kernel but for the HLT of arch_idle() and the NOP of
 * arch_take_interrupts(): every gate is an interrupt gate and SFMASK clears IF.
 */
#include "asm_offsets.h"
#include "core/cpu_offsets.h"

/* The registers of struct arch_context in its order, which traps push from the end. */
#define REGISTERS r15, r14, r13, r12, rbp, rbx, r11, rdx, r10, r8, r9, rdi, rsi, rcx, rax
#define REGISTERS_PUSHED rax, rcx, rsi, rdi, r9, r8, r10, rdx, r11, rbx, rbp, r12, r13, r14, r15
/* All but rcx and r11, in which SYSCALL leaves ip and flags. */
#define SYSCALL_REGISTERS rax, rdi, rsi, rdx, r8, r9, r10, rbx, rbp, r12, r13, r14, r15

	.set offset, 0
	.irp register, REGISTERS
	.set CTX_\register, offset
	.set offset, offset + 8
	.endr

	.macro push_registers
	.irp register, REGISTERS_PUSHED
	pushq %\register
	.endr
	.endm

	/* And drop vector and error code: what IRETQ wants is on top then. */
	.macro pop_registers
	.irp register, REGISTERS
	popq %\register
	.endr
	addq $16, %rsp
	.endm

	.text

/* ---- system calls: 24 instructions in, 24 out ---- */

	.globl syscall_entry
	.balign 64
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_ENTRY_SCRATCH
	movq %gs:CPU_CURRENT, %rsp
	movq %rcx, CTX_RIP(%rsp)
	movq %r11, CTX_RFLAGS(%rsp)
	movq $CONTEXT_SYSCALL, CTX_VECTOR(%rsp)
	.irp register, SYSCALL_REGISTERS
	movq %\register, CTX_\register(%rsp)
	.endr
	movq %gs:CPU_ENTRY_SCRATCH, %rax
	movq %rax, CTX_RSP(%rsp)
	movq %gs:CPU_STACK_TOP, %rsp
	xorl %ebp, %ebp
	call trap_syscall /* ends in arch_enter_user */

/* Restore the context of this_cpu()->current, which need not be the one that came in. */
	.globl arch_enter_user
arch_enter_user:
	movq %gs:CPU_CURRENT, %rsp
	cmpq $CONTEXT_SYSCALL, CTX_VECTOR(%rsp)
	jne leave_by_iret
	/*
	 * SYSRET with a non-canonical RCX faults in ring 0 on the user's stack (Intel SDM vol. 2,
	 * SYSRET). This one is canonical: SYSCALL stored it after an instruction that lies below
	 * KN_USER_MAX, and whoever sets another makes the context leave by IRETQ (ctx_set_ip).
	 */
	movq CTX_RIP(%rsp), %rcx
	movq CTX_RFLAGS(%rsp), %r11
	.irp register, SYSCALL_REGISTERS
	movq CTX_\register(%rsp), %\register
	.endr
	movq CTX_RSP(%rsp), %rsp
	swapgs
	sysretq

leave_by_iret:
	/*
	 * IRETQ checks the new RIP in ring 0 as well: bits 63..47 must be alike, else enter at 0.
	 */
	movq CTX_RIP(%rsp), %rcx
	sarq $47, %rcx
	incq %rcx
	cmpq $1, %rcx
	jbe 1f
	movq $0, CTX_RIP(%rsp)
1:	pop_registers
	swapgs
	iretq

/*
 * SYSCALL from compatibility mode; there is no 32-bit user code segment, so nobody can come here.
 */
	.globl syscall_entry_compat
syscall_entry_compat:
	movl $-1, %eax
	sysretl

/* ---- traps ---- */

trap_common:
	testb $3, 24(%rsp) /* CS */
	jz trap_in_kernel
	swapgs
	push_registers
	/*
	 * User code may set AC, which would suspend SMAP; gates do not clear it. CLAC only where
	 * it exists.
	 */
	testb $1, cpu_has_smap(%rip)
	jz 1f
	clac
1:	cld
	movq %rsp, %rdi
	movq %gs:CPU_STACK_TOP, %rsp
	xorl %ebp, %ebp
	call trap_from_user
	jmp arch_enter_user

trap_in_kernel:
	push_registers
	cld
	movq %rsp, %rdi
	movq %rsp, %rbx
	andq $-16, %rsp
	call trap_from_kernel
	movq %rbx, %rsp
	pop_registers
	iretq

/* NMI, #DF and #MC: on their own stack, whose top word is the struct cpu. */
trap_paranoid:
	push_registers
	cld
	movq %rsp, %rbx
	movl $0xc0000101, %ecx /* GS_BASE */
	rdmsr
	shlq $32, %rdx
	leaq (%rdx, %rax), %r12
	movq CTX_FRAME_SIZE(%rbx), %rax
	movq %rax, %rdx
	shrq $32, %rdx
	wrmsr
	movq %rbx, %rdi
	andq $-16, %rsp
	call trap_not_maskable
	movq %r12, %rax
	movq %r12, %rdx
	shrq $32, %rdx
	movl $0xc0000101, %ecx
	wrmsr
	movq %rbx, %rsp
	pop_registers
	iretq

/*
 * 256 stubs of TRAP_STUB_SIZE, in vector order; trap_stubs[] is their base. The vector's low byte counts: pushed as a signed
 * one it takes two bytes, not five. The processor pushes an error code for 8, 10..14, 17, 21, 29 and 30 (Intel SDM vol. 3,
 * 6.15; AMD APM vol. 2, 8.2).
 */
	.globl trap_stubs
	.balign 16
trap_stubs:
	.set vector, 0
	.rept 256
	.org trap_stubs + vector * TRAP_STUB_SIZE, 0xcc
	.set has_error, vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
	.set has_error, has_error || vector == 21 || vector == 29 || vector == 30
	.if !has_error
	pushq $0
	.endif
	pushq $(vector - (vector & 0x80) * 2)
	.if vector == 2 || vector == 8 || vector == 18
	jmp trap_paranoid
	.else
	jmp trap_common
	.endif
	.set vector, vector + 1
	.endr

/* ---- small things that C cannot say ---- */

/* void arch_idle(void): STI takes effect after HLT has begun, so that no wake-up is lost. */
	.globl arch_idle
arch_idle:
	pushq %rbp
	movq %rsp, %rbp
	sti
	hlt
	cli
	popq %rbp
	ret

/* void arch_take_interrupts(void): as above, after the NOP. */
	.globl arch_take_interrupts
arch_take_interrupts:
	sti
	nop
	cli
	ret

/*
 * void descriptors_load(const void *gdt_pointer, const void *idt_pointer): GDT, IDT, all
 * selectors.
 */
	.globl descriptors_load
descriptors_load:
	lgdt (%rdi)
	lidt (%rsi)
	pushq $SELECTOR_KERNEL_CODE
	leaq 1f(%rip), %rax
	pushq %rax
	lretq
1:	movl $SELECTOR_KERNEL_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl $SELECTOR_TSS, %eax
	ltr %ax
	ret

/* [[noreturn]] void stack_switch(uint64_t stack_top, void (*function)(struct boot_info *), struct boot_info *info) */
	.globl stack_switch
stack_switch:
	movq %rdi, %rsp
	xorl %ebp, %ebp
	movq %rdx, %rdi
	call *%rsi
	ud2

	.section .note.GNU-stack, "", @progbits
