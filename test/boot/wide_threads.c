/* SPDX-License-Identifier: BSD-2-Clause */
/* A thousand threads that wait, are ready, or work for each other (wide_rig.h). */
#include "wide_rig.h"

#include "sched_rig.h"

/* arch/<isa>_machine.S */
void rig_loops(uint64_t count);

static kn_cap threads, door;
static volatile uint32_t gate, passed;

/* Out of the way, for good. */
static void retire(void)
{
	for (;;)
		(void)kn_recv(door, &(struct kn_regs){}, FOREVER, KN_CAP_NONE);
}

/* The kernel objects are made first: what make_many() makes is large. */
static void make_threads(void)
{
	passed = 0;
	gate = 0;
	door = rig_new(KN_TYPE_ENDPOINT, 0);
	threads = make_many();
}

static void start_some(unsigned count, void (*entry)(kn_word), uint32_t priority)
{
	for (unsigned i = 0; i < count; i++) {
		start_one(threads, i, entry, priority);
		/* Not many ready ones at once, unless the test is about them. */
		if (priority == rig_priority && i % 50 == 49)
			rig_sleep(10000);
	}
}

static void start_all(void (*entry)(kn_word), uint32_t priority)
{
	start_some(MANY, entry, priority);
}

/* Before the test ends: a thread that runs must not lose its stack. */
static void await_retired(unsigned count)
{
	rig_until(count_in(threads, MANY, KN_TCB_STATE_RECEIVING) == count);
}

/* ---- woken ---- */

static void wait_at_gate(kn_word i)
{
	(void)i;
	(void)kn_vspace_wait(OWN, (kn_word)&gate, 0, FOREVER);
	__atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
	retire();
}

static void many_waiters_are_woken_in_steps(void)
{
	uint32_t woken = 0;

	new_table();
	make_threads();
	start_all(wait_at_gate, rig_priority);
	rig_until(count_in(threads, MANY, KN_TCB_STATE_WAITING_ADDRESS) == MANY);
	check_ok(kn_vspace_wake(OWN, (kn_word)&gate + 4, ~0u, &woken));
	check(woken == 0);
	check_ok(kn_vspace_wake(OWN, (kn_word)&gate, 3, &woken));
	check(woken == 3);
	rig_until(passed == 3);
	check_ok(kn_vspace_wake(OWN, (kn_word)&gate, ~0u, &woken));
	rig_until(passed == MANY);
	await_retired(MANY);
	check_stretch();
}

/* Others sleep in the same queues of the kernel, perhaps: none of them is woken, and the one is found. */
static volatile uint32_t words[MANY];

static void wait_at_word(kn_word i)
{
	(void)kn_vspace_wait(OWN, (kn_word)&words[i], 0, FOREVER);
	__atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
	retire();
}

static void waiters_at_many_words_are_told_apart(void)
{
	uint32_t woken = 0;
	unsigned wrong = 0;

	new_table();
	make_threads();
	start_all(wait_at_word, rig_priority);
	rig_until(count_in(threads, MANY, KN_TCB_STATE_WAITING_ADDRESS) == MANY);
	for (unsigned i = 0; i < MANY; i++) {
		wrong += kn_vspace_wake(OWN, (kn_word)&words[i], ~0u, &woken) != KN_OK || woken != 1;
	}
	check(wrong == 0);
	rig_until(passed == MANY);
	await_retired(MANY);
	check_stretch();
}

static kn_cap bell;

static void wait_for_signal(kn_word i)
{
	kn_word bits;

	(void)i;
	if (kn_wait(bell, &bits, FOREVER) == KN_E_PEER_GONE)
		__atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
	retire();
}

static void a_notification_with_many_waiters_goes_in_steps(void)
{
	bell = rig_new(KN_TYPE_NOTIFICATION, 0);
	new_table();
	make_threads();
	start_all(wait_for_signal, rig_priority);
	rig_until(count_in(threads, MANY, KN_TCB_STATE_WAITING_SIGNAL) == MANY);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)bell));
	check_stretch();
	rig_until(passed == MANY);
	await_retired(MANY);
}

/* ---- ready ---- */

static void pass(kn_word i)
{
	(void)i;
	__atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
	retire();
}

/* All of CPU 0, whose this thread is meanwhile. */
static void make_all_ready(void)
{
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, 0));
	new_table();
	make_threads();
	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_tcb_set_affinity(threads + i, 0));
	start_all(pass, rig_priority - 1);
	check(passed == 0);
	check(count_in(threads, MANY, KN_TCB_STATE_READY) == MANY);
}

static void many_threads_of_cpu_0_run_one_by_one(void)
{
	make_all_ready();
	check_stretch();
	rig_until(passed == MANY);
	await_retired(MANY);
	check_stretch();
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
}

/* Out of the queue from all of its places. */
static void many_threads_of_cpu_0_leave_its_queue(void)
{
	make_all_ready();
	for (unsigned i = 0; i < MANY; i += 2)
		check_ok(kn_tcb_suspend(threads + i * 7 % MANY, true));
	check_stretch();
	for (unsigned i = 1; i < MANY; i += 4)
		check_ok(kn_tcb_set_priority(threads + i, rig_priority - 2));
	check_stretch();
	check(passed == 0);
	rig_until(passed == MANY / 2);
	await_retired(MANY / 2);
	check(count_in(threads, MANY, KN_TCB_STATE_INACTIVE) == MANY / 2);
	check_stretch();
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
}

/* Whoever is idle looks for work among those that are bound to CPU 0, and takes the few that are not. */
static void idle_cpus_look_past_many_threads_of_cpu_0(void)
{
	enum { FREE = 8 };

	make_all_ready();
	for (unsigned i = 0; i < FREE; i++)
		check_ok(kn_tcb_set_affinity(threads + MANY - 1 - i, KN_TCB_ANY_CPU));
	/* The other CPUs have their turns while this one keeps its own. */
	for (unsigned i = 0; rig_cpus_online() > 1 && i < 2000 && passed < FREE; i++)
		rig_loops(100);
	check(passed == (rig_cpus_online() > 1 ? FREE : 0));
	check_stretch();
	rig_until(passed == MANY);
	await_retired(MANY);
	check_stretch();
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
}

/* ---- calls ---- */

/* Thread i's endpoint and its reply object are in the slots behind the contexts. */
#define DEPTH 900

static kn_cap endpoint_of(kn_word i)
{
	return (table << 32 | FIRST_OTHER) + i;
}

static kn_cap reply_of(kn_word i)
{
	return endpoint_of(MANY) + i;
}

static volatile uint32_t arrived, answered;
static volatile kn_status first_status;

static void work_for_caller(kn_word i)
{
	struct kn_regs regs = {};
	kn_status status = kn_recv(endpoint_of(i), &regs, FOREVER, reply_of(i));

	for (;;) {
		if (status == KN_OK && kn_info_label(regs.info) == LABEL) {
			if (i + 1 < DEPTH) {
				(void)kn_call(endpoint_of(i + 1), &regs, FOREVER);
			} else {
				arrived++;
				while (!gate)
					(void)kn_vspace_wait(OWN, (kn_word)&gate, 0, FOREVER);
			}
			__atomic_add_fetch(&answered, 1, __ATOMIC_RELAXED);
			regs.info = kn_info(0, 0, 0);
			status = kn_reply_recv(endpoint_of(i), &regs, FOREVER, reply_of(i));
		} else {
			status = kn_recv(endpoint_of(i), &regs, FOREVER, reply_of(i));
		}
	}
}

static void call_first(kn_word i)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0)};

	(void)i;
	first_status = kn_call(endpoint_of(0), &regs, FOREVER);
	retire();
}

/* All but the last thread of the chain wait for the next one. Thread DEPTH is the caller. */
static void make_chain(void)
{
	arrived = answered = 0;
	first_status = KN_E_BUSY;
	new_table();
	(void)many(KN_TYPE_ENDPOINT, FIRST_OTHER, MANY);
	(void)many(KN_TYPE_REPLY, FIRST_OTHER + MANY, MANY);
	make_threads();
	start_some(DEPTH, work_for_caller, rig_priority);
	rig_until(count_in(threads, DEPTH, KN_TCB_STATE_RECEIVING) == DEPTH);
	start_one(threads, DEPTH, call_first, rig_priority);
	rig_until(arrived == 1);
	rig_until(count_in(threads, DEPTH, KN_TCB_STATE_WAITING_REPLY) == DEPTH - 1);
	check_stretch();
}

/* The last one answers, and so do all others. */
static void end_chain(void)
{
	uint32_t woken;

	check(answered == 0);
	gate = 1;
	check_ok(kn_vspace_wake(OWN, (kn_word)&gate, ~0u, &woken));
	rig_until(answered == DEPTH);
	rig_until(count_in(threads, DEPTH, KN_TCB_STATE_RECEIVING) == DEPTH);
	check_stretch();
}

static void a_long_chain_of_calls_is_answered(void)
{
	make_chain();
	end_chain();
	rig_until(first_status == KN_OK);
	await_retired(DEPTH + 1);
}

static void the_caller_of_a_long_chain_goes(void)
{
	make_chain();
	check_ok(kn_cnode_delete(table, FIRST_THREAD + DEPTH));
	check_stretch();
	end_chain();
	check(first_status == KN_E_BUSY);
}

static void the_context_of_a_long_chain_goes(void)
{
	make_chain();
	check_ok(kn_sched_context_unbind(contexts + DEPTH));
	check_stretch();
	end_chain();
}

static void the_context_of_a_long_chain_is_configured(void)
{
	uint64_t before = 0, after = 0;

	make_chain();
	check_ok(kn_sched_context_consumed(contexts + DEPTH, &before));
	check_ok(kn_sched_context_configure(contexts + DEPTH, 1000000, 10000000, 0, 0));
	check_stretch();
	end_chain();
	check_ok(kn_sched_context_consumed(contexts + DEPTH, &after));
	/* All have worked on it. */
	check(after > before);
	rig_until(first_status == KN_OK);
	await_retired(DEPTH + 1);
}

static void the_reply_in_a_long_chain_goes(void)
{
	make_chain();
	check_ok(kn_reply_abandon(reply_of(0)));
	check_stretch();
	rig_until(first_status == KN_E_PEER_GONE);
	end_chain();
}

/* The chain's reservation goes with its caller. */
static void the_reservation_of_a_long_chain_goes(void)
{
	make_chain();
	check_ok(kn_sched_context_configure(contexts + DEPTH, 1000000, 10000000, 0, RESERVATION));
	check_stretch();
	check_ok(kn_cnode_delete(table, FIRST_CONTEXT + DEPTH));
	check_stretch();
	end_chain();
}

/* ---- queues ---- */

static kn_cap port;
static volatile uint32_t gone;

static void send_once(kn_word i)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0), .w = {i}};
	kn_status status = kn_send(port + 1 + i % 2, &regs, FOREVER);

	__atomic_add_fetch(status == KN_E_PEER_GONE ? &gone : &passed, 1, __ATOMIC_RELAXED);
	retire();
}

/* Threads with even numbers send with badge 1, the others with badge 2. */
static void make_senders(void)
{
	gone = 0;
	new_table();
	(void)many(KN_TYPE_REPLY, FIRST_OTHER, MANY);
	port = rig_new(KN_TYPE_ENDPOINT, 0);
	check(rig_derive(port, KN_RIGHTS_ALL & rig_rights(port), 1) == port + 1);
	check(rig_derive(port, KN_RIGHTS_ALL & rig_rights(port), 2) == port + 2);
	make_threads();
}

static void queue_senders(void)
{
	make_senders();
	start_all(send_once, rig_priority);
	rig_until(count_in(threads, MANY, KN_TCB_STATE_SENDING) == MANY);
	check_stretch();
}

static void a_badge_among_many_senders_is_cancelled(void)
{
	queue_senders();
	check_ok(kn_endpoint_cancel_badge(port, 3));
	check_stretch();
	check(count_in(threads, MANY, KN_TCB_STATE_SENDING) == MANY && gone == 0);
	check_ok(kn_endpoint_cancel_badge(port, 1));
	check_stretch();
	rig_until(gone == MANY / 2);
	check(count_in(threads, MANY, KN_TCB_STATE_SENDING) == MANY / 2);
	/* The first and the last one, which is still there. */
	struct kn_regs regs = {};

	check_ok(kn_recv(port, &regs, KN_TIME_POLL, KN_CAP_NONE));
	check(regs.badge == 2);
	check_ok(kn_endpoint_cancel_badge(port, 2));
	rig_until(gone == MANY - 1);
	await_retired(MANY);
	check_stretch();
}

static void an_endpoint_with_many_senders_goes_in_steps(void)
{
	queue_senders();
	/* It lives as long as there are capabilities. */
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)port + 1));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)port + 2));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)port));
	check_stretch();
	rig_until(gone == MANY);
	await_retired(MANY);
	check(passed == 0);
}

/* Messages that cannot be taken are their senders' errors. */
static void call_once_each(kn_word i)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0), .w = {i}};
	kn_status status = kn_call(port + 1 + i % 2, &regs, FOREVER);

	__atomic_add_fetch(status == KN_E_INVALID_OP ? &gone : &passed, 1, __ATOMIC_RELAXED);
	retire();
}

static void many_calls_are_refused_in_steps(void)
{
	struct kn_regs regs = {};

	make_senders();
	start_all(call_once_each, rig_priority);
	rig_until(count_in(threads, MANY, KN_TCB_STATE_SENDING) == MANY);
	check_status(kn_recv(port, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
	check_stretch();
	rig_until(gone == MANY);
	await_retired(MANY);
}

/* By deadline: each goes behind those that are there. */
static void many_reservations_wait_in_a_queue(void)
{
	struct kn_regs regs = {};
	unsigned wrong = 0;

	make_senders();
	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_sched_context_configure(contexts + i, 100000, 150000000, 0, RESERVATION));
	start_all(send_once, rig_priority);
	rig_until(count_in(threads, MANY, KN_TCB_STATE_SENDING) == MANY);
	check_stretch();
	for (unsigned i = 0; i < MANY; i++)
		wrong += kn_recv(port, &regs, KN_TIME_POLL, KN_CAP_NONE) != KN_OK;
	check(wrong == 0);
	rig_until(passed == MANY);
	await_retired(MANY);
	check_stretch();
}

/* ---- calls that are not answered ---- */

static void make_call(kn_word i)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0), .w = {i}};

	if (kn_call(port + 1, &regs, FOREVER) == KN_OK)
		__atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
	retire();
}

/* One server holds DEPTH callers; then a caller with a reservation looks whom it could help. */
static void many_callers_are_held_while_one_is_in_a_hurry(void)
{
	struct kn_regs regs = {};
	unsigned wrong = 0;

	make_senders();
	start_some(DEPTH, make_call, rig_priority);
	rig_until(count_in(threads, DEPTH, KN_TCB_STATE_SENDING) == DEPTH);
	for (unsigned i = 0; i < DEPTH; i++)
		wrong += kn_recv(port, &regs, KN_TIME_POLL, endpoint_of(i)) != KN_OK;
	check(wrong == 0);
	check(count_in(threads, DEPTH, KN_TCB_STATE_WAITING_REPLY) == DEPTH);
	check_stretch();
	check_ok(kn_sched_context_configure(contexts + DEPTH, 10000000, 20000000, 0, RESERVATION));
	start_one(threads, DEPTH, make_call, rig_priority);
	rig_until(count_in(threads + DEPTH, 1, KN_TCB_STATE_SENDING) == 1);
	check_stretch();
	check_ok(kn_recv(port, &regs, KN_TIME_POLL, endpoint_of(DEPTH)));
	check(regs.w[0] == DEPTH);
	for (unsigned i = 0; i < DEPTH; i++) {
		regs.info = kn_info(0, 0, 0);
		wrong += kn_reply(endpoint_of(i), &regs) != KN_OK;
	}
	check(wrong == 0);
	rig_until(passed == DEPTH);
	/* And without its answers. */
	check_ok(kn_reply_abandon(endpoint_of(DEPTH)));
	await_retired(DEPTH + 1);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)port));
	check_stretch();
}

const struct rig_test wide_thread_tests[] = {
    {"many_waiters_are_woken_in_steps", many_waiters_are_woken_in_steps},
    {"waiters_at_many_words_are_told_apart", waiters_at_many_words_are_told_apart},
    {"a_notification_with_many_waiters_goes_in_steps", a_notification_with_many_waiters_goes_in_steps},
    {"many_threads_of_cpu_0_run_one_by_one", many_threads_of_cpu_0_run_one_by_one},
    {"many_threads_of_cpu_0_leave_its_queue", many_threads_of_cpu_0_leave_its_queue},
    {"idle_cpus_look_past_many_threads_of_cpu_0", idle_cpus_look_past_many_threads_of_cpu_0},
    {"a_long_chain_of_calls_is_answered", a_long_chain_of_calls_is_answered},
    {"the_caller_of_a_long_chain_goes", the_caller_of_a_long_chain_goes},
    {"the_context_of_a_long_chain_goes", the_context_of_a_long_chain_goes},
    {"the_context_of_a_long_chain_is_configured", the_context_of_a_long_chain_is_configured},
    {"the_reply_in_a_long_chain_goes", the_reply_in_a_long_chain_goes},
    {"the_reservation_of_a_long_chain_goes", the_reservation_of_a_long_chain_goes},
    {"a_badge_among_many_senders_is_cancelled", a_badge_among_many_senders_is_cancelled},
    {"an_endpoint_with_many_senders_goes_in_steps", an_endpoint_with_many_senders_goes_in_steps},
    {"many_calls_are_refused_in_steps", many_calls_are_refused_in_steps},
    {"many_reservations_wait_in_a_queue", many_reservations_wait_in_a_queue},
    {"many_callers_are_held_while_one_is_in_a_hurry", many_callers_are_held_while_one_is_in_a_hurry},
    {},
};
