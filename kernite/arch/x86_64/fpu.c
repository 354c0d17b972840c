/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x87, SSE and AVX state (Intel SDM vol. 1, chapter 13). Saved at switch-out if the thread had
 * it; a thread's first use traps (CR0.TS) and restores. After a trap the next FPU_EAGER switches
 * restore without one, since C libraries use vector registers in strlen; then the thread is put
 * to the test again. Servers never touch the FPU and pay nothing.
 *
 * A restore is skipped when this CPU's registers still hold the thread's state: it was this CPU's
 * last FPU user (cpu->fpu_owner) and used no other CPU's since (arch_fpu.cpu). Whoever changes
 * the area in memory, or reuses the memory for another thread, sets arch_fpu.cpu to FPU_NO_CPU.
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
#define FPU_EAGER 8

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
	/*
	 * FXRSTOR takes FCW, and every restore takes MXCSR, from memory even in the initial
	 * state.
	 */
	fpu->area[0] = FCW_DEFAULT & 0xff;
	fpu->area[1] = FCW_DEFAULT >> 8;
	fpu->area[24] = MXCSR_DEFAULT & 0xff;
	fpu->area[25] = MXCSR_DEFAULT >> 8;
	fpu->cpu = FPU_NO_CPU;
	fpu->eager = 0;
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

/* Make the registers `thread`'s own and let it use them. */
static void take_out(struct cpu *cpu, struct tcb *thread)
{
	if (!cpu->arch.is_fpu_on)
		task_switched_clear();
	cpu->arch.is_fpu_on = true;
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

void fpu_put_away(struct tcb *thread)
{
	save(&thread->fpu);
	thread->uses_fpu = false;
}

void fpu_switch_to(struct cpu *cpu, struct tcb *thread)
{
	if (thread->fpu.eager) {
		thread->fpu.eager--;
		take_out(cpu, thread);
	} else if (cpu->arch.is_fpu_on) {
		cr0_write(cr0_read() | CR0_TS);
		cpu->arch.is_fpu_on = false;
	}
}

void arch_fpu_restore(struct tcb *thread)
{
	take_out(this_cpu(), thread);
	thread->fpu.eager = FPU_EAGER;
}

void arch_fpu_copy(struct tcb *to, struct tcb *from)
{
	if (from->uses_fpu)
		save(&from->fpu);
	memcpy(to->fpu.area, from->fpu.area, sizeof(to->fpu.area));
	to->fpu.cpu = FPU_NO_CPU; /* even if `to` owned registers somewhere */
	to->fpu.eager = from->fpu.eager;
}
