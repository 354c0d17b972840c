/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one 32-bit entry, for Multiboot2 loaders and for PVH (qemu -kernel): both arrive in flat
 * protected mode with paging off and EBX pointing at their information (Multiboot2 3.3, Xen PVH
 * "start of day"). It maps the first 4 GiB three times (identity, PHYS_MAP_BASE, KERNEL_BASE for
 * the first GiB), turns long mode on and calls boot_main(magic, information).
 *
 * Further CPUs begin in real mode in a copy of trampoline_start, and join at boot_further_cpu with
 * what smp.c has put into the words at the end of .boot.data.
 *
 * Everything here lies at its physical address. Text and data stay, read-only but for smp.c; the
 * tables and the stack are forgotten once boot_main() has built the real ones.
 */
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define COM1 0x3f8
#define BOOT_CODE64 8
#define BOOT_DATA 16
#define BOOT_CODE32 24

	.section .boot.header, "a"
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
	/* A framebuffer, optional, any size, 32 bits. */
	.balign 8
	.word 5, 1
	.long 20
	.long 0, 0, 32
	.balign 8
	.word 0, 0
	.long 8
header_end:

	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz "Xen"
	.long boot_entry

	.section .boot.text, "ax"
	.code32
	.globl boot_entry
boot_entry:
	cli
	cld
	movl $boot_stack_top, %esp
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
	movl $boot_directories, %ebx
	movl $0x83, %eax
	xorl %edx, %edx
	movl $2048, %ecx
1:	movl %eax, (%ebx)
	movl %edx, 4(%ebx)
	addl $0x200000, %eax
	addl $8, %ebx
	loop 1b

	movl $boot_directories + 3, boot_pointers
	movl $boot_directories + 0x1003, boot_pointers + 8
	movl $boot_directories + 0x2003, boot_pointers + 16
	movl $boot_directories + 0x3003, boot_pointers + 24
	movl $boot_directories + 3, boot_kernel_pointers + 510 * 8
	movl $boot_pointers + 3, boot_root
	movl $boot_pointers + 3, boot_root + 256 * 8
	movl $boot_kernel_pointers + 3, boot_root + 511 * 8

	movl $boot_root, %eax
	jmp enter_long_mode

	/* In the trampoline's GDT, which is boot_gdt. */
boot_further_cpu:
	movl $BOOT_DATA, %eax
	movl %eax, %ds
	movl %eax, %ss
	movl boot_further_index, %edi
	movl boot_further_root, %eax

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
	lgdt boot_gdt_pointer
	ljmp $BOOT_CODE64, $boot_long

no_long_mode:
	movl $no_long_mode_text, %esi
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
	movq boot_stack_pointer, %rsp
	xorl %ebp, %ebp
	call *boot_function
	ud2

/*
 * Where a further CPU starts: CS = page << 8, IP = 0 (Intel SDM vol. 3, 9.4.4). smp.c copies these
 * bytes to a page below 1 MiB.
 */
	.globl trampoline_start, trampoline_end
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
	ljmpl $BOOT_CODE32, $boot_further_cpu
	.balign 4
trampoline_gdt_pointer:
	.word boot_gdt_pointer - boot_gdt - 1
	.long boot_gdt
trampoline_end:

	.section .boot.data, "aw"
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
	.long boot_gdt

	.globl boot_stack_pointer, boot_function, boot_further_root, boot_further_index
	.balign 8
	/* By its address in the physical map, which survives mmu_init(). */
boot_stack_pointer:
	.quad 0xffff800000000000 + boot_stack_top
boot_function:
	.quad boot_main
boot_further_root:
	.long 0
boot_further_index:
	.long 0

	.section .boot.bss, "aw", @nobits
	.balign 4096
boot_root:
	.skip 4096
boot_pointers:
	.skip 4096
boot_kernel_pointers:
	.skip 4096
boot_directories:
	.skip 4 * 4096
	.skip 8192
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
