/* SPDX-License-Identifier: BSD-2-Clause */
/* Handing the FPU from thread to thread (fpu.h). */
#include "core/fpu.h"

#define FPU_EAGER 8

void fpu_init(struct tcb *thread)
{
	arch_fpu_init(&thread->fpu.state);
	thread->fpu.cpu = FPU_NO_CPU;
}

static void set_on(struct cpu *cpu, bool is_on)
{
	if (cpu->is_fpu_on != is_on)
		arch_fpu_allow(is_on);
	cpu->is_fpu_on = is_on;
}

static void take_out(struct cpu *cpu, struct tcb *thread)
{
	set_on(cpu, true);
	if (cpu->fpu_owner == thread && thread->fpu.cpu == cpu->index)
		return;
	arch_fpu_load(&thread->fpu.state);
	cpu->fpu_owner = thread;
	thread->fpu.cpu = cpu->index;
}

void fpu_exchange(struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	if (cpu->is_fpu_on)
		arch_fpu_save(&from->fpu.state);
	if (to->fpu.eager) {
		to->fpu.eager--;
		take_out(cpu, to);
	} else {
		set_on(cpu, false);
	}
}

void fpu_give(struct cpu *cpu)
{
	take_out(cpu, cpu->current);
	cpu->current->fpu.eager = FPU_EAGER;
}

void fpu_copy(struct tcb *to, struct tcb *from)
{
	if (from == this_cpu()->current && this_cpu()->is_fpu_on)
		arch_fpu_save(&from->fpu.state);
	to->fpu.state = from->fpu.state;
	to->fpu.cpu = FPU_NO_CPU; /* even if `to` owned registers somewhere */
	to->fpu.eager = from->fpu.eager;
}
