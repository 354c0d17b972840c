/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a further CPU starts: real mode, CS = page << 8, IP = 0 (Intel SDM vol. 3, 9.4.4). smp.c
 * copies these bytes to a page below 1 MiB and fills the parameters at its end; the code finds
 * itself through CS and uses no absolute address but its own page, mapped one to one (read and
 * execute) in the tables at TRAMPOLINE_ROOT.
 */
#include "asm_offsets.h"

	.section .rodata
	.globl trampoline_start, trampoline_end
	.balign 16
	.code16
trampoline_start:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	movzwl %ax, %ebx
	shll $4, %ebx /* the page's address */

	/*
	 * The GDT pointer and the far jumps are completed by smp.c (they need the page's
	 * address).
	 */
	lgdtl trampoline_gdt_pointer - trampoline_start
	movl %cr0, %eax
	orl $1, %eax
	movl %eax, %cr0
	.byte 0x66, 0xea /* ljmpl $8, $protected */
	.globl trampoline_fix_protected
trampoline_fix_protected:
	.long trampoline_protected - trampoline_start
	.word 8

	.code32
trampoline_protected:
	movw $16, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movl TRAMPOLINE_ROOT(%ebx), %eax
	movl %eax, %cr3
	movl %cr4, %eax
	orl $(1 << 5), %eax /* PAE */
	movl %eax, %cr4
	movl $0xc0000080, %ecx
	rdmsr
	orl $0x900, %eax /* EFER.LME, NXE: the tables use both */
	wrmsr
	movl %cr0, %eax
	orl $0x80010001, %eax /* PG, WP, PE */
	movl %eax, %cr0
	.byte 0xea /* ljmp $24, $long */
	.globl trampoline_fix_long
trampoline_fix_long:
	.long trampoline_long - trampoline_start
	.word 24

	.code64
trampoline_long:
	movl $16, %eax
	movl %eax, %ss
	movl %ebx, %ebx
	movq TRAMPOLINE_STACK(%rbx), %rsp
	movq TRAMPOLINE_CPU(%rbx), %rdi
	movq TRAMPOLINE_ENTRY(%rbx), %rax
	xorl %ebp, %ebp
	call *%rax
	ud2

	.balign 8
	.globl trampoline_gdt
trampoline_gdt:
	.quad 0
	.quad 0x00cf9a000000ffff /* 8: 32-bit code */
	.quad 0x00cf92000000ffff /* 16: data */
	.quad 0x00af9a000000ffff /* 24: 64-bit code */
trampoline_gdt_pointer:
	.word trampoline_gdt_pointer - trampoline_gdt - 1
	.globl trampoline_fix_gdt
trampoline_fix_gdt:
	.long trampoline_gdt - trampoline_start
trampoline_end:

	.section .note.GNU-stack, "", @progbits
