/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose floating-point and vector registers a CPU holds. A thread's are saved at switch-out if it
 * had them (cpu->is_fpu_on); its first use after a switch traps and restores. After a trap the next FPU_EAGER
 * switches restore without one, since C libraries use vector registers in strlen; then the thread
 * is put to the test again. Servers never touch the FPU and pay nothing.
 *
 * A restore is skipped when the CPU's registers still hold the thread's state: it was this CPU's
 * last user (cpu->fpu_owner) and used no other CPU's since (tcb->fpu.cpu). Whoever changes the state
 * in memory sets that to FPU_NO_CPU, and so has a new thread in the memory of an old one: owners
 * that are long gone do no harm.
 */
#pragma once

#include "core/cpu.h"
#include "object/tcb.h"

void fpu_init(struct tcb *thread);
/* The rest of fpu_switch(), for threads that have or had the FPU. */
void fpu_exchange(struct cpu *cpu, struct tcb *from, struct tcb *to);
/* The current thread wants to use it. */
void fpu_give(struct cpu *cpu);
/* Make `to`'s saved state a copy of `from`'s, which is not running or the current thread. */
void fpu_copy(struct tcb *to, struct tcb *from);

/* Part of every thread switch. */
static inline void fpu_switch(struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	if (cpu->is_fpu_on || to->fpu.eager)
		fpu_exchange(cpu, from, to);
}
