/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87, SSE and AVX state (Intel SDM vol. 1, chapter 13). The area's size is fixed, so components
 * that would not fit are not enabled: x87, SSE, AVX only.
 */
#include "machine.h"
#include "registers.h"

#define XCR0_X87_SSE 3u
#define XCR0_AVX 4u
#define FCW_DEFAULT 0x37f
#define MXCSR_DEFAULT 0x1f80

void fpu_init_cpu(void)
{
	uint64_t components = XCR0_X87_SSE;

	/* CPUID 0DH/0: EAX lists what XCR0 may have; 0DH/2: AVX's offset (EBX) and size (EAX). */
	if (cpuid(0xd, 0).a & XCR0_AVX) {
		struct cpuid_result avx = cpuid(0xd, 2);

		if (avx.b + avx.a <= FPU_AREA_SIZE)
			components |= XCR0_AVX;
	}
	xcr0_write(components);
}

void arch_fpu_init(struct arch_fpu *fpu)
{
	/*
	 * FXRSTOR takes FCW, and every restore takes MXCSR, from memory even in the initial
	 * state.
	 */
	fpu->area[0] = FCW_DEFAULT & 0xff;
	fpu->area[1] = FCW_DEFAULT >> 8;
	fpu->area[24] = MXCSR_DEFAULT & 0xff;
	fpu->area[25] = MXCSR_DEFAULT >> 8;
}

/* All that XCR0 enables. */
void arch_fpu_save(struct arch_fpu *fpu)
{
	__asm__ volatile("xsaveopt64 %0" : "+m"(fpu->area) : "a"(~0u), "d"(~0u));
}

void arch_fpu_load(const struct arch_fpu *fpu)
{
	__asm__ volatile("xrstor64 %0" : : "m"(fpu->area), "a"(~0u), "d"(~0u));
}

void arch_fpu_allow(bool is_allowed)
{
	if (is_allowed)
		task_switched_clear();
	else
		cr0_write(cr0_read() | CR0_TS);
}
