/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests on the build machine switch no threads. */
#pragma once

struct cpu;
struct tcb;

static inline void arch_switch(struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	(void)cpu;
	(void)from;
	(void)to;
}
