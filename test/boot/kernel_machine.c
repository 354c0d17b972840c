/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each machine's entry code and tables owe to user programs: registers survive interrupts,
 * system calls and other threads; nothing privileged can be reached; memory is what its protection
 * says. The machine instructions behind it are in arch/<isa>_machine.S.
 */
#include "kernel_rig.h"

#define FOREVER KN_TIME_FOREVER
#define WORKERS 4

/* What a FAULT_EXEC message calls them (arch.h, enum trap_code). */
#define CODE_UNDEFINED 1
#define CODE_BREAKPOINT 4
#define CODE_PROTECTION 7

#define KERNEL_IMAGE 0xffffffff80000000ull
#define PHYSICAL_MAP 0xffff800000000000ull
#define NOT_CANONICAL 0x0001000000000000ull

/* Fill every general and vector register from `seed`, wait for *stop, say whether all are intact.
 */
bool rig_hold_registers(uint64_t seed, volatile uint64_t *stop);
/* The same around one system call (YIELD); registers that the ABI gives to the call are left out.
 */
bool rig_hold_over_call(uint64_t seed);
void rig_undefined(void);
void rig_breakpoint(void);
void rig_privileged(void);
void rig_jump(uint64_t address);
uint64_t rig_counter(void);

struct holder {
	uint64_t seed;
	bool is_intact;
};

static volatile uint64_t stop;

static void hold(void *argument)
{
	struct holder *holder = argument;

	holder->is_intact = rig_hold_registers(holder->seed, &stop);
}

static void registers_survive_other_threads(void)
{
	struct holder holders[WORKERS] = {};
	struct rig_thread *threads[WORKERS];

	stop = 0;
	for (unsigned i = 0; i < WORKERS; i++) {
		holders[i].seed = 0x1111111111111111ull * (i + 1);
		threads[i] = rig_make_thread(hold, &holders[i], KN_CAP_NONE);
		check_ok(kn_tcb_set_priority(threads[i]->tcb, 100));
		/* All on one CPU, so that they take turns. */
		check_ok(kn_tcb_set_affinity(threads[i]->tcb, 0));
		check_ok(kn_tcb_resume(threads[i]->tcb));
	}
	rig_sleep(60000000);
	stop = 1;
	for (unsigned i = 0; i < WORKERS; i++) {
		rig_join(threads[i]);
		check(holders[i].is_intact);
	}
}

static void registers_survive_moving_between_cpus(void)
{
	struct holder holder = {.seed = 0x0123456789abcdefull};
	struct rig_thread *thread = rig_make_thread(hold, &holder, KN_CAP_NONE);

	stop = 0;
	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	for (unsigned i = 0; i < 12; i++) {
		check_ok(kn_tcb_set_affinity(thread->tcb, i % rig_boot->cpu_count));
		rig_sleep(2000000);
	}
	stop = 1;
	rig_join(thread);
	check(holder.is_intact);
}

static void registers_survive_a_system_call(void)
{
	for (unsigned i = 1; i <= 20; i++)
		check(rig_hold_over_call(0x0101010101010101ull * i));
}

/* The fault message of a thread that runs `entry`; the thread is stopped. */
static struct kn_regs fault_of(void (*entry)(void *), uint64_t argument)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), reply = rig_new(KN_TYPE_REPLY, 0);
	struct rig_thread *thread = rig_make_thread(entry, (void *)argument, endpoint);
	struct kn_regs fault = {}, answer = {};

	check_ok(kn_tcb_resume(thread->tcb));
	check_ok(kn_recv(endpoint, &fault, rig_now() + RIG_PATIENCE, reply));
	answer.info = kn_info((uint64_t)KN_E_BAD_ADDRESS & 0xffffffffffff, 0, 0);
	check_ok(kn_reply(reply, &answer));
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	return fault;
}

static bool is_vm_fault(const struct kn_regs *fault, uint64_t address, uint64_t access)
{
	return kn_info_label(fault->info) == KN_LABEL_FAULT_VM && fault->w[0] == address &&
	       fault->w[1] == access;
}

static bool is_exec_fault(const struct kn_regs *fault, uint64_t code)
{
	return kn_info_label(fault->info) == KN_LABEL_FAULT_EXEC && fault->w[0] == code;
}

static void load(void *argument)
{
	(void)*(volatile uint32_t *)argument;
}

static void store(void *argument)
{
	*(volatile uint32_t *)argument = 1;
}

static void jump(void *argument)
{
	rig_jump((uint64_t)argument);
}

static void undefined(void *argument)
{
	(void)argument;
	rig_undefined();
}

static void breakpoint(void *argument)
{
	(void)argument;
	rig_breakpoint();
}

static void privileged(void *argument)
{
	(void)argument;
	rig_privileged();
}

static void kernel_memory_is_out_of_reach(void)
{
	static const uint64_t places[] = {KERNEL_IMAGE, KERNEL_IMAGE + 0x1000, PHYSICAL_MAP,
	    PHYSICAL_MAP + 0x40000000, 0xfffffffffffff000ull};

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct kn_regs fault = fault_of(load, places[i]);

		check(is_vm_fault(&fault, places[i], 1));
		fault = fault_of(store, places[i]);
		check(is_vm_fault(&fault, places[i], 2));
	}
}

static void kernel_code_cannot_be_called(void)
{
	struct kn_regs fault = fault_of(jump, KERNEL_IMAGE);

	check(is_vm_fault(&fault, KERNEL_IMAGE, 4));
}

static void addresses_that_are_none_are_faults(void)
{
	struct kn_regs fault = fault_of(load, NOT_CANONICAL);

	check(is_vm_fault(&fault, NOT_CANONICAL, 1) || is_exec_fault(&fault, CODE_PROTECTION));
	fault = fault_of(jump, NOT_CANONICAL);
	check(is_vm_fault(&fault, NOT_CANONICAL, 4) || is_exec_fault(&fault, CODE_PROTECTION));
}

static void data_cannot_be_executed(void)
{
	uint64_t on_stack = 0;
	struct kn_regs fault = fault_of(jump, (uint64_t)&on_stack);

	check(is_vm_fault(&fault, (uint64_t)&on_stack, 4));
	fault = fault_of(jump, (uint64_t)&stop);
	check(is_vm_fault(&fault, (uint64_t)&stop, 4));
}

static void code_cannot_be_written(void)
{
	struct kn_regs fault = fault_of(store, (uint64_t)rig_jump & ~3ull);

	check(is_vm_fault(&fault, (uint64_t)rig_jump & ~3ull, 2));
}

static void undefined_instructions_are_faults(void)
{
	struct kn_regs fault = fault_of(undefined, 0);

	check(is_exec_fault(&fault, CODE_UNDEFINED));
}

static void breakpoints_are_faults(void)
{
	struct kn_regs fault = fault_of(breakpoint, 0);

	check(is_exec_fault(&fault, CODE_BREAKPOINT));
}

static void privileged_instructions_are_faults(void)
{
	struct kn_regs fault = fault_of(privileged, 0);

	check(is_exec_fault(&fault, CODE_UNDEFINED) || is_exec_fault(&fault, CODE_PROTECTION));
}

static void unaligned_access_works(void)
{
	static uint8_t bytes[32];
	volatile uint64_t *odd = (volatile uint64_t *)(void *)(bytes + 3);

	*odd = 0x1122334455667788ull;
	check(*odd == 0x1122334455667788ull && bytes[3] == 0x88);
}

static void the_counter_only_goes_forward(void)
{
	uint64_t last = rig_counter();
	kn_time before = rig_now();

	for (unsigned i = 0; i < 1000; i++) {
		uint64_t now = rig_counter();

		check(now >= last);
		last = now;
	}
	check(rig_now() >= before);
}

const struct rig_test machine_tests[] = {
    {"registers_survive_other_threads", registers_survive_other_threads},
    {"registers_survive_moving_between_cpus", registers_survive_moving_between_cpus},
    {"registers_survive_a_system_call", registers_survive_a_system_call},
    {"kernel_memory_is_out_of_reach", kernel_memory_is_out_of_reach},
    {"kernel_code_cannot_be_called", kernel_code_cannot_be_called},
    {"addresses_that_are_none_are_faults", addresses_that_are_none_are_faults},
    {"data_cannot_be_executed", data_cannot_be_executed},
    {"code_cannot_be_written", code_cannot_be_written},
    {"undefined_instructions_are_faults", undefined_instructions_are_faults},
    {"breakpoints_are_faults", breakpoints_are_faults},
    {"privileged_instructions_are_faults", privileged_instructions_are_faults},
    {"unaligned_access_works", unaligned_access_works},
    {"the_counter_only_goes_forward", the_counter_only_goes_forward},
    {},
};
