/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Off, for the machine (which does not come back) and for single CPUs. A CPU that is offline stays in the
 * kernel: its idle thread, which is offered nothing, waits for interrupts, and none is sent to it
 * before it is to come back. The scheduler empties it (evacuate()), on that CPU itself, so that a caller
 * who is killed meanwhile leaves nothing behind. Device interrupts go to the boot CPU, which therefore stays.
 */
#include "core/scheduler.h"
#include "gen/power_ops.h"

kn_status power_off(struct power *self, const struct power_off_in *in)
{
	arch_power_off(in->code);
}

kn_status power_reset(struct power *self)
{
	arch_reset();
}

kn_status power_cpu_off(struct power *self, const struct power_cpu_off_in *in)
{
	if (in->cpu >= cpu_count)
		return KN_E_RANGE;
	struct cpu *cpu = &cpus[in->cpu];

	/* Two who undo each other's steps could both go on for ever. */
	if (cpu->state == CPU_OFFLINE || cpu->is_calling_back)
		return KN_E_BUSY;
	if (cpu->state == CPU_ONLINE) {
		if (!sched_context_fit(cpu_online_count - 1, 0))
			return KN_E_QUOTA;
		if (in->cpu == 0)
			return KN_E_NOT_SUPPORTED;
		cpu->state = CPU_LEAVING;
		cpu->ready |= CPU_FULL;
		cpu_online_count--;
		thread_poke(cpu->current);
	}
	/* Not yet; the caller itself may be what runs there. */
	if (cpu->current != cpu->idle || cpu->run)
		return KN_RESTART;
	cpu->state = CPU_OFFLINE;
	return KN_OK;
}

kn_status power_cpu_on(struct power *self, const struct power_cpu_on_in *in)
{
	if (in->cpu >= cpu_count)
		return KN_E_RANGE;
	struct cpu *cpu = &cpus[in->cpu];

	if (cpu->state == CPU_ONLINE && !cpu->is_calling_back)
		return KN_E_BUSY;
	/* What another has begun ends first; it may be dead. */
	if (cpu->state == CPU_LEAVING && (cpu->current != cpu->idle || cpu->run))
		return KN_RESTART;
	if (cpu->state != CPU_ONLINE)
		cpu_go_online(cpu);
	cpu->is_calling_back = !scheduler_call_back(cpu);
	return cpu->is_calling_back ? KN_RESTART : KN_OK;
}
