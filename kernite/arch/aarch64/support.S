/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What C cannot say: the FPU's registers (the kernel itself is built without them), the
 * PSCI conduits and the semihosting exit.
 */

#include "register_pairs.h"

	.arch armv8-a+fp+simd
	.text

	/* void arch_fpu_save(struct arch_fpu *fpu) */
	.globl arch_fpu_save
arch_fpu_save:
	bti c
	all_pairs stp, q, x0, 16
	stp q30, q31, [x0, #480]
	mrs x1, fpsr
	mrs x2, fpcr
	add x0, x0, #512
	stp x1, x2, [x0]
	ret

	/* void arch_fpu_load(const struct arch_fpu *fpu) */
	.globl arch_fpu_load
arch_fpu_load:
	bti c
	all_pairs ldp, q, x0, 16
	ldp q30, q31, [x0, #480]
	add x0, x0, #512
	ldp x1, x2, [x0]
	msr fpsr, x1
	msr fpcr, x2
	ret

	/*
	 * int64_t psci_hvc(uint32_t function, uint64_t, uint64_t, uint64_t): SMCCC keeps x18..x30.
	 */
	.globl psci_hvc
psci_hvc:
	bti c
	hvc #0
	ret

	.globl psci_smc
psci_smc:
	bti c
	smc #0
	ret

	/* void semihosting_exit(const uint64_t block[2]): SYS_EXIT (Arm semihosting, 2.5). */
	.globl semihosting_exit
semihosting_exit:
	bti c
	mov x1, x0
	mov w0, #0x18
	hlt #0xf000
	ret

	/*
	 * void wait_for_interrupt(void): wakes on a pending interrupt although it is masked (ARM
	 * ARM D1.6.2).
	 */
	.globl wait_for_interrupt
wait_for_interrupt:
	bti c
	dsb sy
	wfi
	ret
