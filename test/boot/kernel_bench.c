/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernel operations cost; under icount a ns is an instruction. Printed as
 *   # bench NAME NS rounds N entries E switches S
 * an operation, all of it: the user's stub and loop too. Entries into the kernel and switches of
 * address space are the kernel's own counters.
 *
 * The partner is another process (a clone of this address space with a buffer of its own), as it is
 * in the figures of others that ours are compared with (test/bench/anchors.json). Figures taken beside
 * other programs would say nothing, and partners that are more urgent than the servers keep those from
 * running, so they are no part of the tests there (kernel_rig.c).
 */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define ROUNDS 2000
#define CAPS 1000

static kn_cap endpoint, reply, notification, back;

/* ---- what it may cost ---- */

#ifdef __aarch64__
#define MACHINE(x86_64, aarch64) aarch64
#else
#define MACHINE(x86_64, aarch64) x86_64
#endif

/* The kernel's goals, in instructions. */
static const struct {
	const char *name;
	kn_time most;
} limits[] = {
    {"ipc_round_trip_0", MACHINE(489, 500)},
    {"ipc_round_trip_10", 800},
    {"yield_alone", MACHINE(160, 180)}, /* the null system call */
    {"signal_to_waiter", 560},
    {"yield_to_another_process_and_back", 2 * 390},
    {"fault_round_trip", MACHINE(1300, 1130)},
    {"cap_copy", 614},
    {"cap_delete", 550},
    {"retype_endpoint", 646},
    {"anonymous_page", MACHINE(2100, 2300)},
    {"clone_bash", 25000},
};

void rig_limit(const char *name, kn_time cost)
{
	for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (__builtin_strcmp(limits[i].name, name) == 0 && rig_counts_instructions && rig_boot->cpu_count == 1 &&
		    !check(cost <= limits[i].most))
			rig_print("# %s: %lu, at most %lu\n", name, (unsigned long)cost, (unsigned long)limits[i].most);
	}
}

/* ---- measuring ---- */

static const char *measured;
static unsigned measured_rounds;
static struct kn_kernel_stats at_start;
static kn_time started;

static void begin(const char *name, unsigned rounds)
{
	measured = name;
	measured_rounds = rounds;
	check_ok(kn_debug_stats(KN_BOOT_SLOT_DEBUG, &at_start));
	started = rig_now();
}

static void print_part(const char *name, uint64_t count)
{
	uint64_t hundredths = (count * 100 + measured_rounds / 2) / measured_rounds;

	rig_print(" %s %lu.%lu%lu", name, (unsigned long)(hundredths / 100),
	    (unsigned long)(hundredths / 10 % 10), (unsigned long)(hundredths % 10));
}

static kn_time end(void)
{
	kn_time now = rig_now();
	struct kn_kernel_stats at_end;

	check_ok(kn_debug_stats(KN_BOOT_SLOT_DEBUG, &at_end));
	rig_print("# bench %s %lu rounds %u", measured, (unsigned long)((now - started) / measured_rounds),
	    measured_rounds);
	/* Three entries are the measuring's own. */
	print_part("entries", at_end.kernel_entries - at_start.kernel_entries - 3);
	print_part("switches", at_end.space_switches - at_start.space_switches);
	rig_print("\n");
	rig_limit(measured, (now - started) / measured_rounds);
	return (now - started) / measured_rounds;
}

/* Into an address space of its own, a clone of ours. */
static void move_out(struct rig_thread *thread, kn_cap handler)
{
	kn_cap space = rig_new(KN_TYPE_VSPACE, 0), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	uint32_t prot = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t mapped, buffer = (uint64_t)(uintptr_t)thread->ipc;

	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, 1));
	check_ok(kn_vspace_configure(space, KN_BOOT_SLOT_POOL, 1ull << 40));
	check_ok(kn_vspace_clone(KN_SLOT_VSPACE, space));
	check_ok(kn_vspace_map(space, object, 0, buffer, 1, prot, prot,
	    KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_FIXED, &mapped));
	check_ok(kn_tcb_configure(thread->tcb, space, CSPACE, object, 0, buffer, handler));
}

static struct rig_thread *start_partner_on(
    void (*entry)(void *), enum kn_tcb_state state, uint32_t cpu)
{
	struct rig_thread *thread = rig_make_thread(entry, nullptr, KN_CAP_NONE);

	move_out(thread, KN_CAP_NONE);
	check_ok(kn_tcb_set_affinity(thread->tcb, cpu));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, state);
	return thread;
}

static struct rig_thread *start_partner(void (*entry)(void *), enum kn_tcb_state state)
{
	return start_partner_on(entry, state, KN_TCB_ANY_CPU);
}

/* ---- messages ---- */

static void serve(void *argument)
{
	struct kn_regs regs = {};
	kn_status status = kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply);

	(void)argument;
	while (status == KN_OK)
		status = kn_reply_recv(endpoint, &regs, KN_TIME_FOREVER, reply);
}

/* Returns the ns of a round trip. */
static kn_time bench_call(const char *name, unsigned words)
{
	struct kn_regs regs = {};

	/* The first ones find cold pages. */
	for (unsigned i = 0; i < ROUNDS + 2; i++) {
		if (i == 2)
			begin(name, ROUNDS);
		regs.info = kn_info(0x7701, 0, words);
		if (kn_call(endpoint, &regs, KN_TIME_FOREVER) != KN_OK)
			break;
	}
	return end();
}

static void make_port(void)
{
	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
}

static void calls_to_another_process(void)
{
	make_port();
	(void)start_partner(serve, KN_TCB_STATE_RECEIVING);
	bench_call("ipc_round_trip_0", 0);
	bench_call("ipc_round_trip_4", 4);
	bench_call("ipc_round_trip_10", 10);
	bench_call("ipc_round_trip_64", 64);
}

static void calls_to_a_thread_of_ours(void)
{
	make_port();
	struct rig_thread *server = rig_spawn(serve, nullptr);

	rig_await(server, KN_TCB_STATE_RECEIVING);
	bench_call("ipc_same_space_0", 0);
}

void rig_undefined(void);

static void fault(void *argument)
{
	(void)argument;
	rig_undefined();
}

/* An answer of 0 has it fault again: nothing but the round trip. */
static void faults(void)
{
	struct kn_regs regs = {};

	make_port();
	struct rig_thread *thread = rig_make_thread(fault, nullptr, KN_CAP_NONE);

	move_out(thread, endpoint);
	check_ok(kn_tcb_resume(thread->tcb));
	check_ok(kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply));
	begin("fault_round_trip", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++) {
		regs.info = kn_info(0, 0, 0);
		check_ok(kn_reply_recv(endpoint, &regs, KN_TIME_FOREVER, reply));
	}
	end();
}

/* ---- signals, switches, and what does little ---- */

static void pong(void *argument)
{
	kn_word bits;

	(void)argument;
	while (
	    kn_wait(notification, &bits, KN_TIME_FOREVER) == KN_OK && kn_signal(back, 1) == KN_OK)
		;
}

uint64_t rig_counter(void);

/* Adds up how long ago each signal was sent, until bit 63 asks for the sum. */
static void sum_up(void *argument)
{
	kn_word sent, sum = 0;

	(void)argument;
	while (kn_wait(notification, &sent, KN_TIME_FOREVER) == KN_OK) {
		if (sent >> 63)
			(void)kn_signal(back, sum);
		else
			sum += rig_counter() - sent;
	}
}

/* From the signal to the more urgent waiter, which runs at once. */
static void send_times(void *argument)
{
	kn_time start = rig_now();
	uint64_t ticks = rig_counter();
	kn_word sum;

	(void)argument;
	begin("signal_to_waiter", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)kn_signal(notification, rig_counter());
	(void)kn_signal(notification, 1ull << 63);
	check_ok(kn_wait(back, &sum, KN_TIME_FOREVER));
	ticks = rig_counter() - ticks;
	/* Reported as if nothing else had happened meanwhile. */
	started = rig_now() - sum * (rig_now() - start) / ticks;
	end();
}

static void signals(void)
{
	kn_word bits;

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	back = rig_new(KN_TYPE_NOTIFICATION, 0);
	begin("signal_nobody", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)kn_signal(notification, 1);
	end();
	check_ok(kn_wait(notification, &bits, KN_TIME_FOREVER));

	struct rig_thread *thread = start_partner(pong, KN_TCB_STATE_WAITING_SIGNAL);

	begin("signal_round_trip", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)kn_signal(notification, 1);
		(void)kn_wait(back, &bits, KN_TIME_FOREVER);
	}
	end();
	check_ok(kn_tcb_suspend(thread->tcb, true));
	(void)start_partner(sum_up, KN_TCB_STATE_WAITING_SIGNAL);
	thread = rig_make_thread(send_times, nullptr, KN_CAP_NONE);
	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_join(thread);
}

/*
 * Both sides and what lies between: the interrupt, the way into idling and out of it. Under icount one CPU
 * runs at a time, and an idle one takes no instructions, so this is the sum of what both execute; how
 * long an interrupt is on its way no emulator says.
 */
static void partners_on_another_cpu(void)
{
	if (rig_is_shared())
		return;
	if (rig_boot->cpu_count < 2 || !rig_counts_instructions)
		return rig_skip("needs two CPUs and icount");
	kn_word bits;

	make_port();
	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	back = rig_new(KN_TYPE_NOTIFICATION, 0);
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, 0));
	(void)start_partner_on(serve, KN_TCB_STATE_RECEIVING, 1);
	bench_call("cross_cpu_ipc_round_trip", 0);
	(void)start_partner_on(pong, KN_TCB_STATE_WAITING_SIGNAL, 1);
	begin("cross_cpu_signal_round_trip", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)kn_signal(notification, 1);
		(void)kn_wait(back, &bits, KN_TIME_FOREVER);
	}
	end();
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
}

static void give_way(void *argument)
{
	(void)argument;
	for (;;)
		kn_yield(KN_CAP_NONE);
}

static void simple_calls(void)
{
	uint64_t bits;

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	begin("null_invocation", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)kn_notification_peek(notification, &bits);
	end();
	begin("call_empty_slot", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)kn_notification_peek(RIG_SLOT + RIG_SLOTS - 1, &bits);
	end();
	/* The null system call, as in the figures of others: in, to the scheduler, nobody else there, out. */
	begin("yield_alone", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++)
		kn_yield(KN_CAP_NONE);
	end();
	struct rig_thread *thread = start_partner(give_way, KN_TCB_STATE_READY);

	/* Two switches a round. */
	begin("yield_to_another_process_and_back", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++)
		kn_yield(KN_CAP_NONE);
	end();
	check_ok(kn_tcb_suspend(thread->tcb, true));
	begin("set_priority", ROUNDS);
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)kn_tcb_set_priority(thread->tcb, 90);
	end();
}

/* ---- capabilities ---- */

static void capability_operations(void)
{
	kn_cap object = rig_new(KN_TYPE_ENDPOINT, 0);
	uint32_t to = (uint32_t)rig_slot();

	begin("cap_copy", CAPS);
	for (uint32_t i = 0; i < CAPS; i++)
		(void)kn_cnode_copy(CSPACE, to + i, object, KN_RIGHT_SEND);
	end();
	begin("cap_move", CAPS);
	for (uint32_t i = 0; i < CAPS; i++)
		(void)kn_cnode_move(CSPACE, to + CAPS + i, to + i);
	end();
	begin("cap_delete", CAPS);
	for (uint32_t i = 0; i < CAPS; i++)
		(void)kn_cnode_delete(CSPACE, to + CAPS + i);
	end();
	begin("retype_endpoint", CAPS);
	for (uint32_t i = 0; i < CAPS; i++)
		(void)kn_untyped_retype(rig_untyped, KN_TYPE_ENDPOINT, 0, CSPACE, to + i, 1);
	end();
	begin("destroy_endpoint", CAPS);
	for (uint32_t i = 0; i < CAPS; i++)
		(void)kn_cnode_delete(CSPACE, to + i);
	end();
}

const struct rig_test bench_tests[] = {
    {"calls_to_another_process_are_measured", calls_to_another_process},
    {"calls_to_a_thread_are_measured", calls_to_a_thread_of_ours},
    {"faults_are_measured", faults},
    {"signals_are_measured", signals},
    {"partners_on_another_cpu_are_measured", partners_on_another_cpu},
    {"simple_calls_are_measured", simple_calls},
    {"capability_operations_are_measured", capability_operations},
    {},
};

/*
 * Of all that ran before. The fast path is not in the kernel's figure: it is straight-line code and copies a message,
 * so a round trip with the longest one, both ways, is more than it ever takes.
 */
#define LOCKED_MAX 20000

static void no_stretch_with_the_lock_is_long(void)
{
	struct kn_kernel_stats stats = {};

	if (rig_is_shared())
		return;
	if (!rig_counts_instructions)
		return rig_skip("needs icount");
	make_port();
	(void)start_partner(serve, KN_TCB_STATE_RECEIVING);
	check(bench_call("ipc_round_trip_448", KN_MSG_MAX_WORDS) < LOCKED_MAX);
	check_ok(kn_debug_stats(KN_BOOT_SLOT_DEBUG, &stats));
	rig_print("# bench longest_locked %lu\n", (unsigned long)stats.longest_locked);
	check(stats.longest_locked < LOCKED_MAX);
}

const struct rig_test last_tests[] = {
    {"no_stretch_with_the_lock_is_long", no_stretch_with_the_lock_is_long},
    {},
};
