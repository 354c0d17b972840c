/* SPDX-License-Identifier: BSD-2-Clause */
/* What kernel operations cost; under icount a ns is an instruction. Printed as "# bench NAME N". */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define ROUNDS 5000

static kn_cap endpoint, reply, notification, back;

static void serve(void *argument)
{
	struct kn_regs regs = {};
	kn_status status = kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply);

	(void)argument;
	while (status == KN_OK)
		status = kn_reply_recv(endpoint, &regs, KN_TIME_FOREVER, reply);
}

static void report(const char *name, kn_time start, unsigned rounds)
{
	rig_print("# bench %s %lu\n", name, (unsigned long)((rig_now() - start) / rounds));
}

static void bench_call(const char *name, unsigned words)
{
	struct kn_regs regs = {};
	kn_time start = 0;

	/* A first round to warm up. */
	for (unsigned i = 0; i <= ROUNDS; i++) {
		if (i == 1)
			start = rig_now();
		regs.info = kn_info(0x7701, 0, words);
		if (kn_call(endpoint, &regs, KN_TIME_FOREVER) != KN_OK)
			break;
	}
	report(name, start, ROUNDS);
}

static void ipc_round_trip(void)
{
	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
	struct rig_thread *server = rig_make_thread(serve, nullptr, KN_CAP_NONE);

	check_ok(kn_tcb_resume(server->tcb));
	rig_await(server, KN_TCB_STATE_RECEIVING);
	bench_call("ipc_round_trip_0", 0);
	bench_call("ipc_round_trip_4", 4);
	bench_call("ipc_round_trip_10", 10);
	bench_call("ipc_round_trip_64", 64);
}

static void simple_calls(void)
{
	uint64_t bits;
	kn_time start = rig_now();

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)kn_notification_peek(notification, &bits);
	report("null_invocation", start, ROUNDS);
	start = rig_now();
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)kn_signal(notification, 1);
	report("signal_nobody", start, ROUNDS);
	start = rig_now();
	for (unsigned i = 0; i < ROUNDS; i++)
		kn_yield(KN_CAP_NONE);
	report("yield_alone", start, ROUNDS);
}

static void pong(void *argument)
{
	kn_word bits;

	(void)argument;
	while (
	    kn_wait(notification, &bits, KN_TIME_FOREVER) == KN_OK && kn_signal(back, 1) == KN_OK)
		;
}

static void signal_round_trip(void)
{
	kn_word bits;

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	back = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *thread = rig_spawn(pong, nullptr);
	rig_await(thread, KN_TCB_STATE_WAITING_SIGNAL);
	kn_time start = rig_now();
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)kn_signal(notification, 1);
		(void)kn_wait(back, &bits, KN_TIME_FOREVER);
	}
	report("signal_round_trip", start, ROUNDS);
}

static void capability_operations(void)
{
	kn_time copy = 0, delete = 0, retype = 0, destroy = 0;
	kn_cap object = rig_new(KN_TYPE_ENDPOINT, 0), to = rig_slot();

	for (unsigned i = 0; i < 1000; i++) {
		kn_time a = rig_now();
		(void)kn_cnode_copy(CSPACE, (uint32_t)to, object, KN_RIGHT_SEND);
		kn_time b = rig_now();
		(void)kn_cnode_delete(CSPACE, (uint32_t)to);
		kn_time c = rig_now();
		(void)kn_untyped_retype(rig_untyped, KN_TYPE_ENDPOINT, 0, CSPACE, (uint32_t)to, 1);
		kn_time d = rig_now();
		(void)kn_cnode_delete(CSPACE, (uint32_t)to);
		kn_time e = rig_now();
		copy += b - a;
		delete += c - b;
		retype += d - c;
		destroy += e - d;
	}
	rig_print("# bench cap_copy %lu\n# bench cap_delete %lu\n# bench retype_endpoint %lu\n# "
		  "bench destroy_endpoint %lu\n",
	    (unsigned long)copy / 1000, (unsigned long)delete / 1000, (unsigned long)retype / 1000,
	    (unsigned long)destroy / 1000);
}

const struct rig_test bench_tests[] = {
    {"ipc_round_trip_is_measured", ipc_round_trip},
    {"simple_calls_are_measured", simple_calls},
    {"signal_round_trip_is_measured", signal_round_trip},
    {"capability_operations_are_measured", capability_operations},
    {},
};
