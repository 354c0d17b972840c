/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation caches. Without PCIDs, loading CR3 forgets everything but the kernel's global
 * entries, so a CPU can hold translations of exactly the one space whose root it has loaded:
 * arch_space.active is the set of those CPUs. The idle thread has the kernel's own root when there
 * are several CPUs: an idle CPU then never has to be woken for a shootdown, which copy-on-write
 * faults make frequent.
 *
 * Shootdown: the kernel lock's holder describes one range, interrupts the CPUs of `active` and
 * waits until each has cleared its bit of `pending`. A CPU that spins for the kernel lock has
 * interrupts off and serves the request from its spin loop; any other is in user mode or idle and
 * takes the interrupt. There is one request at a time because there is one lock holder.
 */
#include "machine.h"
#include "arch_switch.h"
#include "core/work.h"
#include "registers.h"

#define FLUSH_ALL_PAGES 32
#define SHOOT_UNITS 50 /* of work: the wait for other CPUs */

static struct {
	uint64_t start;
	size_t pages;      /* more than FLUSH_ALL_PAGES: everything */
	bool is_leaving;   /* the root is about to be freed: load the kernel's */
} request;
static uint64_t pending; /* atomic; written last, read first */

static void leave(struct cpu *cpu)
{
	if (cpu->arch.space)
		__atomic_fetch_and(&cpu->arch.space->active, ~cpu->arch.bit, __ATOMIC_RELAXED);
	cpu->arch.space = nullptr;
	cr3_write(kernel_root.raw);
}

void tlb_space_leave(struct cpu *cpu)
{
	if (cpu_count > 1)
		leave(cpu);
}

static void flush(struct cpu *cpu)
{
	if (request.is_leaving) {
		leave(cpu);
	} else if (request.pages > FLUSH_ALL_PAGES) {
		cr3_write(cr3_read());
	} else {
		/* INVLPG drops the paging-structure caches too (Intel SDM vol. 3, 4.10.4.1). */
		for (size_t i = 0; i < request.pages; i++)
			page_invalidate(request.start + i * PAGE_SIZE);
	}
}

void arch_tlb_serve(void)
{
	struct cpu *cpu = this_cpu();

	if (!(__atomic_load_n(&pending, __ATOMIC_ACQUIRE) & cpu->arch.bit))
		return;
	flush(cpu);
	__atomic_fetch_and(&pending, ~cpu->arch.bit, __ATOMIC_RELEASE);
}

/* Run `request` on every CPU that has the space loaded, this one included. */
static void shoot(struct arch_space *space)
{
	struct cpu *cpu = this_cpu();
	/* Orders the caller's table writes before the look at `active`. */
	uint64_t active = __atomic_fetch_or(&space->active, 0, __ATOMIC_SEQ_CST);
	uint64_t others = active & ~cpu->arch.bit;

	if (others) {
		(void)work_step(SHOOT_UNITS);
		__atomic_store_n(&pending, others, __ATOMIC_RELEASE);
		for (uint64_t left = others; left; left &= left - 1)
			apic_send(smp_apic_ids[__builtin_ctzll(left)], VECTOR_TLB);
	}
	if (active & cpu->arch.bit)
		flush(cpu);
	while (__atomic_load_n(&pending, __ATOMIC_ACQUIRE))
		cpu_relax();
}

void arch_tlb_invalidate(struct arch_space *space, vaddr_t start, size_t pages, bool table_freed)
{
	(void)table_freed;
	request.start = start.raw;
	request.pages = pages;
	request.is_leaving = false;
	shoot(space);
}

void arch_space_destroy(struct arch_space *space)
{
	request.is_leaving = true;
	shoot(space);
	invariant(space->active == 0);
}
