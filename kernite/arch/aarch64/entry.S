/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception entry and exit (ARM ARM D1.3).
 *
 * While user code runs, SP_EL1 points at the current thread's struct arch_context (the TCB's first
 * member), so that an entry can store registers without a scratch register. The kernel then runs
 * on the CPU's stack. return_to_user is the only way out.
 *
 * A system call is 28 instructions in and 24 out.
 */
#include "asm_offsets.h"
#include "core/cpu_offsets.h"
#include "register_pairs.h"

#define EC_SVC64 0x15

/* 20 instructions: everything but the FPU and TPIDR_EL0, which change hands in arch_switch. */
.macro save_user
	all_pairs stp, x, sp, 8
	mrs x1, sp_el0
	stp x30, x1, [sp, #CTX_LR]
	mrs x2, elr_el1
	mrs x3, spsr_el1
	stp x2, x3, [sp, #CTX_IP]
.endm

.macro to_kernel_stack
	mrs x1, tpidr_el1
	ldr x1, [x1, #CPU_STACK_TOP]
	mov sp, x1
	mov x29, xzr
.endm

.macro vector label
	.balign 128
	b \label
.endm

	.section .text.vectors, "ax"
	.balign 2048
	.globl vectors
vectors:
	/* EL1 with SP_EL0: never used by us. */
	vector kernel_fault_entry
	vector kernel_fault_entry
	vector kernel_fault_entry
	vector kernel_fault_entry
	/* EL1 with SP_EL1: faults; interrupts are masked in the kernel. */
	vector kernel_fault_entry
	vector kernel_fault_entry
	vector kernel_fault_entry
	vector kernel_fault_entry
	/* EL0, AArch64. */
	.balign 128
	save_user
	mrs x0, esr_el1
	lsr x1, x0, #26
	cmp x1, #EC_SVC64
	b.ne user_fault_entry
	to_kernel_stack
	bl trap_syscall /* ends in arch_enter_user */
	.balign 128
	save_user
	to_kernel_stack
	adr x30, return_to_user
	b arch_take_interrupts
	vector user_fiq_entry
	vector user_serror_entry
	/* EL0, AArch32: not enabled. */
	vector kernel_fault_entry
	vector kernel_fault_entry
	vector kernel_fault_entry
	vector kernel_fault_entry

	.section .text.hot.entry, "ax"
user_fault_entry:
	to_kernel_stack
	bl user_fault
	b return_to_user

	/* Leave the kernel into the context of this_cpu()->current. */
	.globl arch_enter_user
arch_enter_user:
	bti c
return_to_user:
	mrs x0, tpidr_el1
	ldr x0, [x0, #CPU_CURRENT]
	mov sp, x0
	ldp x2, x3, [sp, #CTX_IP]
	ldp x30, x1, [sp, #CTX_LR]
	msr elr_el1, x2
	msr spsr_el1, x3
	msr sp_el0, x1
	all_pairs ldp, x, sp, 8
	eret
	/* No speculation past an exception return. */
	dsb nsh
	isb

user_fiq_entry:
	save_user
	to_kernel_stack
	bl user_fiq
	b return_to_user

user_serror_entry:
	save_user
	mrs x0, esr_el1
	to_kernel_stack
	bl user_serror
	b return_to_user

	/*
	 * A fault in the kernel: builds a context on the stack for kernel_fault() to tell. When the
	 * stack itself has run out, its top is used again: the frames near the overflow stay
	 * readable for the backtrace.
	 */
kernel_fault_entry:
	msr tpidrro_el0, x0
	mrs x0, tpidr_el1
	str x1, [x0, #CPU_ENTRY_SCRATCH]
	mov x1, sp
	str x1, [x0, #CPU_ENTRY_SCRATCH + 8]
	ldr x0, [x0, #CPU_STACK_TOP]
	sub x0, x0, x1
	mov x1, #(KERNEL_STACK_SIZE - 2048)
	cmp x0, x1
	b.lo 1f
	mrs x0, tpidr_el1
	ldr x0, [x0, #CPU_STACK_TOP]
	mov sp, x0
1:	sub sp, sp, #CTX_SIZE
	mrs x0, tpidr_el1
	ldr x1, [x0, #CPU_ENTRY_SCRATCH]
	mrs x0, tpidrro_el0
	msr tpidrro_el0, xzr
	save_user
	mrs x0, tpidr_el1
	ldr x0, [x0, #CPU_ENTRY_SCRATCH + 8]
	str x0, [sp, #CTX_SP]
	mov x0, sp
	mrs x1, esr_el1
	bl kernel_fault
