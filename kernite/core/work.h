/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preemption of long operations. Each kernel entry gets a budget of work; long operations charge
 * every step to it and return KN_RESTART when it is used up, with their progress kept in the
 * objects. The system call instruction then runs again, after pending interrupts and other CPUs had
 * their turn.
 */
#pragma once

#include "core/cpu.h"

/* In units of about 10 instructions, some steps are twice that. Nothing may take longer than 20 us at one instruction a ns. */
#define WORK_BUDGET 900

[[gnu::always_inline]] static inline void work_begin(struct cpu *cpu)
{
	cpu->work = WORK_BUDGET;
	cpu->locked_at = (uint32_t)arch_cycles();
}

/* The lock was never held so long here before. */
void work_record(struct cpu *cpu, uint32_t held);

/* The kernel lock is about to be dropped. */
[[gnu::always_inline]] static inline void work_end(struct cpu *cpu)
{
	uint32_t held = (uint32_t)arch_cycles() - cpu->locked_at;

	if (held > cpu->longest_locked)
		work_record(cpu, held);
}

/* Charge `units` done just now. true: stop here and return KN_RESTART. */
static inline bool work_step(unsigned units)
{
	struct cpu *cpu = this_cpu();

	cpu->work -= (int)units;
	return cpu->work <= 0;
}
