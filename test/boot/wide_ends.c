/* SPDX-License-Identifier: BSD-2-Clause */
/* Things whose end wakes somebody, or is told, each time (wide_rig.h). */
#include "wide_rig.h"

#define LABEL 0x7701
#define COUNT 400

static kn_cap threads, door, port, others;
static volatile uint32_t passed;

static void retire(void)
{
	for (;;)
		(void)kn_recv(door, &(struct kn_regs){}, FOREVER, KN_CAP_NONE);
}

static void start_some(unsigned first, unsigned count, void (*entry)(kn_word))
{
	for (unsigned i = first; i < first + count; i++) {
		start_one(threads, i, entry, rig_priority);
		if (i % 50 == 49)
			rig_sleep(10000);
	}
}

static void make_threads(void)
{
	passed = 0;
	door = rig_new(KN_TYPE_ENDPOINT, 0);
	port = rig_new(KN_TYPE_ENDPOINT, 0);
	new_table();
	(void)many(KN_TYPE_REPLY, FIRST_OTHER, MANY);
	others = rig_new(KN_TYPE_CNODE, 11);
	threads = make_many();
}

static void receive_event(kn_word i)
{
	struct kn_regs regs = {};

	(void)i;
	if (kn_recv(port, &regs, FOREVER, KN_CAP_NONE) == KN_OK && kn_info_label(regs.info) == KN_LABEL_ORPHAN)
		__atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
	retire();
}

/* Badge i of the port is watched; its only copy is in the other CNode, with all others. */
static void many_badges_are_orphaned_in_steps(void)
{
	kn_cap sources = rig_new(KN_TYPE_CNODE, 10);

	make_threads();
	start_some(0, COUNT, receive_event);
	rig_until(count_in(threads, COUNT, KN_TCB_STATE_RECEIVING) == COUNT);
	for (uint32_t i = 1; i <= COUNT; i++) {
		check_ok(kn_cnode_mint(sources, i, port, rig_rights(port), i));
		check_ok(kn_cnode_watch(sources, i));
		check_ok(kn_cnode_copy(others, i, sources << 32 | i, KN_RIGHT_SEND));
	}
	check_stretch();
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)others));
	check_stretch();
	rig_until(passed == COUNT);
	check_stretch();
}

/* ---- faults that nobody takes any more: a line in the log for each ---- */

#define FAULTS 60

static void fault(kn_word i)
{
	(void)i;
	*(volatile uint32_t *)8 = 1;
}

static void start_faulting(void)
{
	make_threads();
	for (unsigned i = 0; i < FAULTS; i++)
		check_ok(kn_tcb_set_fault_handler(threads + i, port));
	start_some(0, FAULTS, fault);
	rig_until(count_in(threads, FAULTS, KN_TCB_STATE_SENDING) == FAULTS);
	check_stretch();
}

static void many_faults_lose_their_handler_in_steps(void)
{
	start_faulting();
	check_ok(kn_endpoint_cancel_badge(port, 0));
	check_stretch();
	rig_until(count_in(threads, FAULTS, KN_TCB_STATE_INACTIVE) == FAULTS);
}

static void one_fault_without_a_handler_is_told(void)
{
	make_threads();
	start_some(0, 1, fault);
	rig_until(count_in(threads, 1, KN_TCB_STATE_INACTIVE) == 1);
	check_stretch();
}

/* ---- callers that go ---- */

static void serve_events(kn_word i)
{
	struct kn_regs regs = {};

	for (;;) {
		kn_cap reply = (table << 32 | FIRST_OTHER) + i;
		kn_status status = kn_recv(port, &regs, FOREVER, reply);

		if (status == KN_OK && kn_info_label(regs.info) == KN_LABEL_CANCEL)
			__atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
	}
}

static void take_one_call(kn_word i)
{
	struct kn_regs regs = {};

	(void)kn_recv(port, &regs, FOREVER, (table << 32 | FIRST_OTHER) + i);
	/* Without an answer. */
	retire();
}

static void call(kn_word i)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0), .w = {i}};

	(void)kn_call(port, &regs, FOREVER);
	retire();
}

/* 300 servers hold a call each and wait elsewhere; as many others wait for what is told of them. */
static void many_callers_go_in_steps(void)
{
	make_threads();
	start_some(0, 300, take_one_call);
	rig_until(count_in(threads, 300, KN_TCB_STATE_RECEIVING) == 300);
	start_some(300, 300, call);
	rig_until(count_in(threads + 300, 300, KN_TCB_STATE_WAITING_REPLY) == 300);
	rig_until(count_in(threads, 300, KN_TCB_STATE_RECEIVING) == 300);
	start_some(600, 300, serve_events);
	rig_until(count_in(threads + 600, 300, KN_TCB_STATE_RECEIVING) == 300);
	check_stretch();
	check_ok(kn_cnode_clear(table, FIRST_THREAD + 300, 300));
	check_stretch();
	rig_until(passed == 300);
	check_stretch();
}

/* The same, of the reply objects. */
static void many_held_calls_are_abandoned_in_steps(void)
{
	make_threads();
	start_some(0, 300, take_one_call);
	rig_until(count_in(threads, 300, KN_TCB_STATE_RECEIVING) == 300);
	start_some(300, 300, call);
	rig_until(count_in(threads + 300, 300, KN_TCB_STATE_WAITING_REPLY) == 300);
	check_stretch();
	check_ok(kn_cnode_clear(table, FIRST_OTHER, 300));
	check_stretch();
	rig_until(count_in(threads + 300, 300, KN_TCB_STATE_RECEIVING) == 300);
	check_stretch();
}

const struct rig_test wide_end_tests[] = {
    {"many_badges_are_orphaned_in_steps", many_badges_are_orphaned_in_steps},
    {"many_faults_lose_their_handler_in_steps", many_faults_lose_their_handler_in_steps},
    {"one_fault_without_a_handler_is_told", one_fault_without_a_handler_is_told},
    {"many_callers_go_in_steps", many_callers_go_in_steps},
    {"many_held_calls_are_abandoned_in_steps", many_held_calls_are_abandoned_in_steps},
    {},
};
