/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel entries other than system calls. Each one: lock, handle, scheduler_exit(cpu), unlock. An
 * interrupt that ends arch_idle() runs inside scheduler_exit(cpu) already and must not choose a
 * thread itself.
 */
#include "arch.h"
#include "core/fault.h"
#include "core/lock.h"
#include "core/random.h"
#include "core/scheduler.h"
#include "core/self_check.h"
#include "core/work.h"
#include "mm/fault.h"
#include "object/irq_handler.h"
#include "object/timer.h"

static struct cpu *enter(void)
{
	struct cpu *cpu = this_cpu();

	kernel_lock();
	cpu->kernel_entries++;
	cpu->current->kernel_entries++;
	cpu->in_syscall = false;
	work_begin(cpu);
	return cpu;
}

static void leave(struct cpu *cpu)
{
	if (!cpu->is_idle)
		scheduler_exit(cpu);
	work_end(cpu);
	kernel_unlock();
}

void trap_page_fault(vaddr_t address, unsigned access)
{
	struct cpu *cpu = enter();
	struct tcb *thread = cpu->current;

	kernel_stats.page_faults++;
	trace_often(TRACE_PAGE_FAULT, address.raw, access, ctx_ip(&thread->context), (uint64_t)thread);
	if (kernel_is_checked)
		cpu_relax();
	else
		page_fault(thread, thread->vspace, address, access);
	leave(cpu);
}

void trap_exception(enum trap_code code, uint64_t detail)
{
	struct cpu *cpu = enter();
	struct tcb *thread = cpu->current;
	const uint64_t words[6] = {
	    code, detail, ctx_ip(&thread->context), ctx_sp(&thread->context)};

	fault_send(thread, &thread->fault_handler, KN_LABEL_FAULT_EXEC, words);
	leave(cpu);
}

void trap_fpu(void)
{
	struct cpu *cpu = enter();

	fpu_give(cpu);
	leave(cpu);
}

void trap_irq(unsigned source)
{
	struct cpu *cpu = enter();
	unsigned irq;

	scheduler_charge(cpu, cpu->current);
	random_interrupt(arch_cycles());
	if (arch_irq_accept(source, &irq))
		irq_handler_fire(irq);
	/* What interrupts cost is nobody's: a storm does not use up the budget that it hits. */
	cpu->accounted = arch_cycles();
	leave(cpu);
}

static void run_deadlines(kn_time now)
{
	struct deadline *first;

	while ((first = deadline_first()) && first->when <= now) {
		enum deadline_kind kind = first->kind;

		deadline_remove(first);
		if (kind == DEADLINE_TIMER) {
			timer_expire(container_of(first, struct timer, deadline), now);
		} else {
			struct tcb *thread = container_of(first, struct tcb, timeout);

			/* A new budget needs no more: the thread is READY already. */
			thread_cancel_wait(thread, KN_E_TIMED_OUT);
			thread_wake(thread);
		}
		/* The rest waits for the next interrupt, which is armed for the past. */
		if (work_step(40))
			break;
	}
}

void trap_timer(void)
{
	struct cpu *cpu = enter();
	kn_time now = arch_now();

	scheduler_charge(cpu, cpu->current);
	random_interrupt(arch_cycles());
	cpu->timer_deadline = KN_TIME_FOREVER;
	run_deadlines(now);
	scheduler_tick(cpu, now);
	if (deadline_first())
		scheduler_arm(cpu, deadline_first()->when);
	/* What interrupts cost is nobody's: a storm does not use up the budget that it hits. */
	cpu->accounted = arch_cycles();
	leave(cpu);
}

void trap_ipi(void)
{
	struct cpu *cpu = enter();

	if (cpu->must_arm && deadline_first())
		scheduler_arm(cpu, deadline_first()->when);
	cpu->must_arm = false;
	/* Whoever has handed over to a partner has not looked. */
	cpu->reschedule |= cpu->state != CPU_ONLINE;
	leave(cpu);
}
