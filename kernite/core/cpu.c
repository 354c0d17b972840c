/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPUs, the kernel lock, and how further CPUs join. */
#include "core/cpu.h"

#include "core/lock.h"
#include "core/scheduler.h"
#include "core/trace.h"
#include "core/work.h"
#include "mm/boot_memory.h"

static_assert(offsetof(struct cpu, self) == CPU_SELF);
static_assert(offsetof(struct cpu, current) == CPU_CURRENT);
static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP);
static_assert(offsetof(struct cpu, entry_scratch) == CPU_ENTRY_SCRATCH);

#define START_TIMEOUT 1000000000ull

struct cpu cpus[KERNEL_MAX_CPUS];
unsigned cpu_count, cpu_online_count;

void cpu_prepare(unsigned index)
{
	struct tcb *idle = boot_alloc(sizeof(*idle), alignof(struct tcb));
	struct cpu *cpu = &cpus[index];

	memcpy(idle->name, "idle", 5);
	idle->state = THREAD_IDLE;
	idle->cpu = idle->affinity = (uint16_t)index;
	idle->sched_context = &sched_context_none;
	cpu->self = cpu;
	cpu->index = index;
	cpu->idle = cpu->current = idle;
	cpu->accounted = arch_cycles(); /* what the firmware took is not idling */
	cpu->timer_deadline = cpu->slice_end = cpu->linger_end = KN_TIME_FOREVER;
	cpu->reschedule = true;
}

static bool has_answered(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->has_answered, __ATOMIC_ACQUIRE);
}

void cpu_go_online(struct cpu *cpu)
{
	cpu->state = CPU_ONLINE;
	cpu->ready &= ~CPU_FULL;
	cpu_online_count++;
	thread_poke(cpu->current);
	/* Who is bound to it may be running in its stead, with nobody to interrupt him. */
	thread_poke(cpus[0].current);
}

void cpu_start_others(void)
{
	/* Indexes are dense: after one that does not answer no further one is tried. */
	for (unsigned i = 1; i < arch_cpu_count; i++) {
		kn_time end = arch_now() + START_TIMEOUT;

		cpu_prepare(i);
		if (arch_start_cpu(&cpus[i]))
			while (!has_answered(&cpus[i]) && arch_now() < end)
				cpu_relax();
		if (!has_answered(&cpus[i])) {
			klog("kernite: CPU %u does not answer; %u of %u run\n", i, i, arch_cpu_count);
			return;
		}
		cpu_count++;
		cpu_go_online(&cpus[i]);
	}
}

void work_record(struct cpu *cpu, uint32_t held)
{
	const struct arch_context *context = &cpu->current->context;

	cpu->longest_locked = held;
	trace(TRACE_LOCKED, held, cpu->in_syscall ? ctx_number(context) : 0, ctx_info(context), ctx_ip(context));
}

[[clang::minsize]] void scheduler_pause(struct cpu *cpu, void (*take_interrupts)(void))
{
	cpu->is_idle = true;
	work_end(cpu);
	kernel_unlock();
	take_interrupts();
	kernel_lock();
	work_begin(cpu);
	cpu->is_idle = false;
}

/* In one go: the heap has no order to go on from. Who is behind them goes when it makes room next. */
#define CALL_BACK_LOOKS 500

[[gnu::cold, clang::minsize]] bool scheduler_call_back(struct cpu *cpu)
{
	struct deadline *node = cpus[0].bound;

	for (unsigned looks = 0; node && looks < CALL_BACK_LOOKS; looks++) {
		struct tcb *thread = container_of(node, struct tcb, run);

		if (thread->affinity != cpu->index) {
			node = heap_next(node);
			continue;
		}
		thread_reposition(thread, thread->priority, thread->affinity);
		if (work_step(20))
			return false;
		node = cpus[0].bound;
	}
	return true;
}

void cpu_main(struct cpu *cpu)
{
	__atomic_store_n(&cpu->has_answered, true, __ATOMIC_RELEASE);
	arch_init_cpu(cpu);
	/* The boot CPU holds the lock until init is ready to run. */
	kernel_lock();
	work_begin(cpu);
	trace(TRACE_CPU, cpu->index, 0, 0, 0);
	scheduler_exit(cpu);
	kernel_unlock();
	arch_enter_user();
}
