/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87, SSE and AVX state (Intel SDM vol. 1, chapter 13). Saved at switch-out if the thread used it since it
 * was switched in (its first use trapped, CR0.TS), restored at the first use.
 *
 * A restore is skipped when this CPU's registers still hold the thread's state: it was this CPU's last
 * FPU user (cpu->fpu_owner) and used no other CPU's since (arch_fpu.cpu). Whoever changes the area in
 * memory, or reuses the memory for another thread, sets arch_fpu.cpu to FPU_NO_CPU.
 *
 * The area's size is fixed, so components that would not fit are not enabled: x87, SSE, AVX only.
 */
#include "machine.h"
#include "core/cpu.h"
#include "object/tcb.h"
#include "registers.h"

#define XCR0_X87_SSE 3u
#define XCR0_AVX 4u
#define FCW_DEFAULT 0x37f
#define MXCSR_DEFAULT 0x1f80

void fpu_xsave(void *area);
void fpu_xsaveopt(void *area);
void fpu_xrstor(const void *area);
void fpu_fxsave(void *area);
void fpu_fxrstor(const void *area);

void fpu_init_cpu(void)
{
	uint64_t components = XCR0_X87_SSE;

	if (!features.xsave)
		return;
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
	memset(fpu->area, 0, sizeof(fpu->area));
	/* FXRSTOR takes FCW, and every restore takes MXCSR, from memory even in the initial state. */
	fpu->area[0] = FCW_DEFAULT & 0xff;
	fpu->area[1] = FCW_DEFAULT >> 8;
	fpu->area[24] = MXCSR_DEFAULT & 0xff;
	fpu->area[25] = MXCSR_DEFAULT >> 8;
	fpu->cpu = FPU_NO_CPU;
}

static void save(struct arch_fpu *fpu)
{
	if (features.xsaveopt)
		fpu_xsaveopt(fpu->area);
	else if (features.xsave)
		fpu_xsave(fpu->area);
	else
		fpu_fxsave(fpu->area);
}

void fpu_switch_out(struct tcb *thread)
{
	save(&thread->fpu);
	thread->uses_fpu = false;
	cr0_write(cr0_read() | CR0_TS);
}

void arch_fpu_restore(struct tcb *thread)
{
	struct cpu *cpu = this_cpu();

	task_switched_clear();
	thread->uses_fpu = true;
	if (cpu->fpu_owner == thread && thread->fpu.cpu == cpu->index)
		return;
	if (features.xsave)
		fpu_xrstor(thread->fpu.area);
	else
		fpu_fxrstor(thread->fpu.area);
	cpu->fpu_owner = thread;
	thread->fpu.cpu = cpu->index;
}

void arch_fpu_copy(struct tcb *to, struct tcb *from)
{
	if (from->uses_fpu)
		save(&from->fpu);
	memcpy(to->fpu.area, from->fpu.area, sizeof(to->fpu.area));
	to->fpu.cpu = FPU_NO_CPU;
}
