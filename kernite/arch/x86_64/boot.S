/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one 32-bit entry, for Multiboot2 loaders and for PVH (qemu -kernel): both arrive in flat
 * protected mode with paging off and EBX pointing at their information (Multiboot2 3.3, Xen PVH
 * "start of day"). It maps the first 4 GiB three times (identity, PHYS_MAP_BASE, KERNEL_BASE for
 * the first GiB), turns long mode on and calls boot_main(magic, information), which moves on to
 * the kernel's random place.
 *
 * Further CPUs begin in real mode in a copy of trampoline_start, and join at boot_further_cpu with
 * what smp.c has put into struct boot_words.
 *
 * Everything here lies at its physical address, whatever the kernel's virtual one is: a linker that
 * makes a position-independent kernel has no 32-bit addresses to give, so this is one section and
 * its addresses are differences. Text and data stay, read-only but for smp.c; the tables and the
 * stack behind them are forgotten once boot_main() has built the real ones.
 */
#include "boot_layout.h"

#define AT(symbol) ((symbol) - header + BOOT_SEGMENT)
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define COM1 0x3f8
#define BOOT_CODE64 8
#define BOOT_DATA 16
#define BOOT_CODE32 24

	.section .boot, "awx"
	.balign 8
header:
	.long MULTIBOOT2_HEADER_MAGIC
	.long 0 /* i386 */
	.long header_end - header
	.long -(MULTIBOOT2_HEADER_MAGIC + 0 + (header_end - header))
	/* Modules on page boundaries. */
	.balign 8
	.word 6, 0
	.long 8
	.balign 8
	.word 0, 0
	.long 8
header_end:

	/* kernel.ld adds the entry's address. */
	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz "Xen"

	.section .boot
	.code32
	.globl boot_entry
boot_entry:
	cli
	cld
	movl $BOOT_STACK_TOP, %esp
	movl %eax, %edi /* Multiboot2 magic; PVH leaves it undefined */
	movl %ebx, %esi

	/* Long mode and NX? (Intel SDM vol. 1, 20.1; vol. 2, CPUID 80000001H) */
	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb no_long_mode
	movl $0x80000001, %eax
	cpuid
	notl %edx
	testl $(1 << 29 | 1 << 20), %edx
	jnz no_long_mode

	/* Four page directories of 2 MiB pages: present, writable, large. */
	movl $BOOT_DIRECTORIES, %ebx
	movl $0x83, %eax
	xorl %edx, %edx
	movl $2048, %ecx
1:	movl %eax, (%ebx)
	movl %edx, 4(%ebx)
	addl $0x200000, %eax
	addl $8, %ebx
	loop 1b

	movl $BOOT_DIRECTORIES + 3, BOOT_POINTERS
	movl $BOOT_DIRECTORIES + 0x1003, BOOT_POINTERS + 8
	movl $BOOT_DIRECTORIES + 0x2003, BOOT_POINTERS + 16
	movl $BOOT_DIRECTORIES + 0x3003, BOOT_POINTERS + 24
	movl $BOOT_DIRECTORIES + 3, BOOT_KERNEL_POINTERS + 510 * 8
	movl $BOOT_POINTERS + 3, BOOT_ROOT
	movl $BOOT_POINTERS + 3, BOOT_ROOT + 256 * 8
	movl $BOOT_KERNEL_POINTERS + 3, BOOT_ROOT + 511 * 8

	movl $BOOT_ROOT, %eax
	jmp enter_long_mode

	/* In the trampoline's GDT, which is boot_gdt. */
boot_further_cpu:
	movl $BOOT_DATA, %eax
	movl %eax, %ds
	movl %eax, %ss
	movl AT(boot_further_index), %edi
	movl AT(boot_further_root), %eax

	/* The root table is in eax; edi and esi are the arguments of boot_function. */
enter_long_mode:
	movl %eax, %cr3
	movl %cr4, %eax
	orl $(1 << 5), %eax /* PAE */
	movl %eax, %cr4
	movl $0xc0000080, %ecx
	rdmsr
	orl $0x900, %eax /* EFER.LME, NXE: the real tables use both */
	wrmsr
	movl %cr0, %eax
	orl $0x80010001, %eax /* PG, WP, PE */
	movl %eax, %cr0
	lgdt AT(boot_gdt_pointer)
	ljmp $BOOT_CODE64, $AT(boot_long)

no_long_mode:
	movl $AT(no_long_mode_text), %esi
	movw $COM1, %dx
2:	lodsb
	testb %al, %al
	jz 3f
	outb %al, %dx
	jmp 2b
3:	hlt
	jmp 3b

	.code64
boot_long:
	movl $BOOT_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl %edi, %edi
	movl %esi, %esi
	movq boot_stack_pointer(%rip), %rsp
	xorl %ebp, %ebp
	call *boot_function(%rip)
	ud2

/*
 * Where a further CPU starts: CS = page << 8, IP = 0 (Intel SDM vol. 3, 9.4.4). smp.c copies these
 * bytes to a page below 1 MiB.
 */
	.balign 16
	.code16
trampoline_start:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl trampoline_gdt_pointer - trampoline_start
	movl %cr0, %eax
	orl $1, %eax /* PE */
	movl %eax, %cr0
	ljmpl $BOOT_CODE32, $AT(boot_further_cpu)
	.balign 4
trampoline_gdt_pointer:
	.word boot_gdt_pointer - boot_gdt - 1
	.long AT(boot_gdt)
trampoline_end:

no_long_mode_text:
	.asciz "kernite: this CPU has no 64-bit mode, or no NX\r\n"
	.balign 8
	/* Marked as accessed, so that loading them writes nothing. */
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff
	.quad 0x00cf93000000ffff
	.quad 0x00cf9b000000ffff
boot_gdt_pointer:
	.word boot_gdt_pointer - boot_gdt - 1
	.long AT(boot_gdt)

	/* struct boot_words (machine.h) */
	.org BOOT_WORDS - BOOT_SEGMENT
	/* By its address in the physical map, which survives mmu_init(). */
boot_stack_pointer:
	.quad 0xffff800000000000 + BOOT_STACK_TOP
boot_function:
	.quad boot_main
boot_further_root:
	.long 0
boot_further_index:
	.long 0
	.long AT(trampoline_start), AT(trampoline_end)

	/* So that the loader keeps its hands off what BOOT_... name. */
	.section .boot.bss, "aw", @nobits
	.skip BOOT_STACK_TOP - BOOT_ROOT

	.section .note.GNU-stack, "", @progbits
