/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's part of a thread switch, inline because every IPC takes it: user segment bases, where
 * the next trap saves registers, address space. An address space's `active` says which CPUs may hold
 * its translations (tlb.c).
 */
#pragma once

#include "asm_offsets.h"
#include "core/cpu.h"
#include "object/tcb.h"
#include "object/vspace.h"
#include "registers.h"

/* tlb.c: for the idle thread, which has no address space. */
void tlb_space_leave(struct cpu *cpu);

/*
 * The user's GS base, for a new one. In between GS is the user's: nothing but NMI and its like can
 * come here, and they take any GS (entry.S).
 */
static inline uint64_t user_gs_base_exchange(uint64_t value)
{
	uint64_t old;

	__asm__ volatile("swapgs; rdgsbase %0; wrgsbase %1; swapgs" : "=&r"(old) : "r"(value));
	return old;
}

static inline void tlb_space_enter(struct cpu *cpu, struct arch_space *space)
{
	uint64_t bit = cpu->arch.bit;

	if (cpu->arch.space)
		__atomic_fetch_and(&cpu->arch.space->active, ~bit, __ATOMIC_RELAXED);
	/*
	 * In `active` before the first walk: a shootdown may reach us needlessly, never too late.
	 */
	__atomic_fetch_or(&space->active, bit, __ATOMIC_SEQ_CST);
	cpu->arch.space = space;
	cr3_write(space->root.raw);
}

[[gnu::always_inline]] static inline void arch_switch(
    struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	from->context.fs_base = fs_base_read();
	fs_base_write(to->context.fs_base);
	from->context.gs_base = user_gs_base_exchange(to->context.gs_base);
	cpu->arch.tss.rsp0 = (uint64_t)&to->context + CTX_FRAME_SIZE;
	if (!to->vspace)
		tlb_space_leave(cpu);
	else if (cpu->arch.space != &to->vspace->arch)
		tlb_space_enter(cpu, &to->vspace->arch);
}
