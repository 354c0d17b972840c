/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What C cannot say: the FPU's registers (the kernel itself is built without them), the
 * PSCI conduits and the semihosting exit.
 */

	.arch armv8-a+fp+simd
	.text

.macro all_vectors op
	\op q0, q1, [x0, #32 * 0]
	\op q2, q3, [x0, #32 * 1]
	\op q4, q5, [x0, #32 * 2]
	\op q6, q7, [x0, #32 * 3]
	\op q8, q9, [x0, #32 * 4]
	\op q10, q11, [x0, #32 * 5]
	\op q12, q13, [x0, #32 * 6]
	\op q14, q15, [x0, #32 * 7]
	\op q16, q17, [x0, #32 * 8]
	\op q18, q19, [x0, #32 * 9]
	\op q20, q21, [x0, #32 * 10]
	\op q22, q23, [x0, #32 * 11]
	\op q24, q25, [x0, #32 * 12]
	\op q26, q27, [x0, #32 * 13]
	\op q28, q29, [x0, #32 * 14]
	\op q30, q31, [x0, #32 * 15]
.endm

	/* void arch_fpu_save(struct arch_fpu *fpu) */
	.globl arch_fpu_save
arch_fpu_save:
	bti c
	all_vectors stp
	mrs x1, fpsr
	mrs x2, fpcr
	add x0, x0, #512
	stp x1, x2, [x0]
	ret

	/* void arch_fpu_load(const struct arch_fpu *fpu) */
	.globl arch_fpu_load
arch_fpu_load:
	bti c
	all_vectors ldp
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
