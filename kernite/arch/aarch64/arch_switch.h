/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's part of a thread switch, inline because every IPC takes it: the thread pointer and
 * the address space. Both take effect on leaving the kernel: the exception return synchronises
 * (ARM ARM D1.4.1: SCTLR_EL1.EOS is set).
 */
#pragma once

#include "core/cpu.h"
#include "object/tcb.h"
#include "object/vspace.h"

/* mmu.c */
extern uint64_t asid_shared;
/* Null: no user half. */
void space_switch_slow(struct cpu *cpu, const struct arch_space *space);

[[gnu::always_inline]] static inline void arch_switch(
    struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	const struct vspace *vspace = to->vspace;

	from->context.tls = read_sysreg(tpidr_el0);
	write_sysreg(tpidr_el0, to->context.tls);
	if (from->vspace == vspace)
		return;
	if (!vspace || vspace->arch.ttbr >> ASID_SHIFT == asid_shared)
		space_switch_slow(cpu, vspace ? &vspace->arch : nullptr);
	else
		write_sysreg(ttbr0_el1, vspace->arch.ttbr);
}
