/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Into the higher half, for the boot CPU (from the EFI loader, MMU on, EL1 or EL2) and for every
 * further one (from PSCI CPU_ON, MMU off; PSCI 1.2, 6.4). Both go through start_mmu, so that there
 * is one set of control register values. x19: the handoff's physical address, or the struct cpu;
 * x20: kernel root table; x21: identity root table; x22: where to go on in the higher half.
 */
#include "asm_offsets.h"
#include "core/cpu_offsets.h"

#define SECONDARY_ROOT 0
#define SECONDARY_IDENTITY 8
#define SECONDARY_CPU 16

/*
 * SCTLR_EL1 (ARM ARM D19.2.136). SPAN (23) clear: PAN is set on every entry. WXN (19): never W and
 * X.
 */
#define SCTLR_OFF 0x30d00800
#define SCTLR_ON ((1 << 0) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 7) | (1 << 8) | (1 << 11) | \
	(1 << 12) | (1 << 14) | (1 << 15) | (1 << 16) | (1 << 18) | (1 << 19) | (1 << 20) | \
	(1 << 22) | (1 << 26) | (1 << 28) | (1 << 29))
#define SCTLR_BT (3 << 35) /* BT0, BT1: the user, the kernel */

/*
 * TCR_EL1: 48 bits on both halves, 4 KiB granule, inner shareable write-back walks; IPS and AS are
 * added.
 */
#define TCR_BASE ((16 << 0) | (1 << 8) | (1 << 10) | (3 << 12) | \
	(16 << 16) | (1 << 24) | (1 << 26) | (3 << 28) | (2 << 30))

	.section .text.boot, "ax"
	.globl kernel_entry
	.globl secondary_entry

kernel_entry:
	bti jc
	msr daifset, #15
	mov x19, x0
	ldr x20, [x0, #HANDOFF_ROOT]
	ldr x21, [x0, #HANDOFF_IDENTITY]
	adrp x22, primary_high_address
	ldr x22, [x22, #:lo12:primary_high_address]
	b start_mmu

secondary_entry:
	bti jc
	msr daifset, #15
	ldr x19, [x0, #SECONDARY_CPU]
	ldr x20, [x0, #SECONDARY_ROOT]
	ldr x21, [x0, #SECONDARY_IDENTITY]
	adrp x22, secondary_high_address
	ldr x22, [x22, #:lo12:secondary_high_address]

start_mmu:
	mrs x0, CurrentEL
	cmp x0, #(2 << 2)
	b.ne at_el1

	/*
	 * EL2: give EL1 everything, then drop. MMU off first; the loader's map is an identity map.
	 */
	ldr x0, =0x30c50830
	msr sctlr_el2, x0
	isb
	ldr x0, =((1 << 31) | (1 << 40) | (1 << 41)) /* RW, and no PAC traps (APK, API) */
	msr hcr_el2, x0
	mov x0, #3
	msr cnthctl_el2, x0
	msr cntvoff_el2, xzr
	mov x0, #0x33ff
	msr cptr_el2, x0
	msr hstr_el2, xzr
	msr vttbr_el2, xzr
	mrs x0, midr_el1
	msr vpidr_el2, x0
	mrs x0, mpidr_el1
	msr vmpidr_el2, x0
	/* All event counters to EL1 (MDCR_EL2.HPMN = PMCR_EL0.N) when there is a PMU. */
	mrs x0, id_aa64dfr0_el1
	ubfx x0, x0, #8, #4
	sub x0, x0, #1
	cmp x0, #13
	b.hi 1f
	mrs x0, pmcr_el0
	ubfx x0, x0, #11, #5
	msr mdcr_el2, x0
1:	/* GICv3 system registers for EL1 (GICv3 12.2.20). */
	mrs x0, id_aa64pfr0_el1
	ubfx x0, x0, #24, #4
	cbz x0, 2f
	mov x0, #0xf
	msr s3_4_c12_c9_5, x0 /* ICC_SRE_EL2 */
	isb
	msr s3_4_c12_c11_0, xzr /* ICH_HCR_EL2 */
2:	/* Fine-grained traps off (FEAT_FGT). */
	mrs x0, id_aa64mmfr0_el1
	ubfx x0, x0, #56, #4
	cbz x0, 3f
	msr s3_4_c1_c1_4, xzr /* HFGRTR_EL2 */
	msr s3_4_c1_c1_5, xzr /* HFGWTR_EL2 */
	msr s3_4_c1_c1_6, xzr /* HFGITR_EL2 */
	msr s3_4_c3_c1_4, xzr /* HDFGRTR_EL2 */
	msr s3_4_c3_c1_5, xzr /* HDFGWTR_EL2 */
3:	ldr x0, =SCTLR_OFF
	msr sctlr_el1, x0
	mov x0, #0x3c5 /* EL1h, DAIF masked */
	msr spsr_el2, x0
	adr x0, at_el1
	msr elr_el2, x0
	isb
	eret

at_el1:
	ldr x0, =SCTLR_OFF
	msr sctlr_el1, x0
	isb
	ic iallu
	tlbi vmalle1
	dsb sy
	isb

	ldr x0, =MAIR_VALUE
	msr mair_el1, x0
	ldr x0, =TCR_BASE
	mrs x1, id_aa64mmfr0_el1
	and x2, x1, #15
	cmp x2, #5 /* 48 bits are all that our tables hold */
	mov x3, #5
	csel x2, x2, x3, lo
	orr x0, x0, x2, lsl #32
	ubfx x2, x1, #5, #1 /* ASIDBits: 0 = 8 bits, 2 = 16 bits */
	orr x0, x0, x2, lsl #36
	msr tcr_el1, x0
	msr ttbr0_el1, x21
	msr ttbr1_el1, x20
	isb
	adrp x23, empty_root /* physical, as we still are */
	ldr x0, =(SCTLR_ON)
	mrs x1, id_aa64pfr1_el1
	and x1, x1, #15
	cbz x1, 4f
	orr x0, x0, #SCTLR_BT
4:	msr sctlr_el1, x0
	isb
	mov x16, x22
	br x16

	.ltorg

	.text
primary_high:
	bti jc
	adrp x0, boot_stack
	add x0, x0, #KERNEL_STACK_SIZE
	mov sp, x0
	adrp x0, cpus
	add x0, x0, #:lo12:cpus
	msr tpidr_el1, x0
	bl leave_identity_map
	mov x0, x19
	bl arch_secure
	mov x0, x19
	b arch_boot

secondary_high:
	bti jc
	msr tpidr_el1, x19
	ldr x0, [x19, #CPU_STACK_TOP]
	mov sp, x0
	bl leave_identity_map
	mov x0, xzr
	bl arch_secure
	mov x0, x19
	b cpu_main

/* TTBR0 has nothing in it until the first thread runs. */
leave_identity_map:
	msr ttbr0_el1, x23
	isb
	tlbi vmalle1
	dsb nsh
	isb
	adrp x0, vectors
	add x0, x0, #:lo12:vectors
	msr vbar_el1, x0
	msr tpidr_el0, xzr
	msr tpidrro_el0, xzr
	mov x29, xzr
	isb
	ret

	/* Relocated with the image: text has no addresses in it. */
	.section .data.rel.ro, "aw"
	.balign 8
primary_high_address:
	.quad primary_high
secondary_high_address:
	.quad secondary_high

	.bss
	.balign 4096
	.globl empty_root
empty_root:
	.skip 4096
	.globl boot_stack_guard
boot_stack_guard:
	.skip 4096
	.globl boot_stack
boot_stack:
	.skip KERNEL_STACK_SIZE
