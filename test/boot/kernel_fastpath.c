/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fast path has to look at before it lets two threads change places; the complete path must do the same. */
#include "kernel_rig.h"

#define LABEL 0x7702
#define FOREVER KN_TIME_FOREVER
#define ROUNDS 20

static kn_cap endpoint, reply;

static void setup(void)
{
	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
}

static kn_status call(void)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0)};

	return kn_call(endpoint, &regs, FOREVER);
}

/* ---- what waits for who answers ---- */

static kn_cap bell;
static struct kn_regs next;

/* A signal for it comes between the call and its answer. */
static void ring_and_answer(void *argument)
{
	struct kn_regs regs = {};

	(void)argument;
	check_ok(kn_recv(endpoint, &regs, FOREVER, reply));
	check_ok(kn_signal(bell, 0));
	next = (struct kn_regs){};
	check_ok(kn_reply_recv(endpoint, &next, FOREVER, reply));
}

static void a_signal_in_between_is_received(void)
{
	setup();
	kn_cap notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *server = rig_spawn(ring_and_answer, nullptr);

	bell = rig_derive(notification, KN_RIGHT_SEND, 0x80);
	check_ok(kn_tcb_bind_notification(server->tcb, notification));
	check(rig_await(server, KN_TCB_STATE_RECEIVING));
	check_ok(call());
	check(rig_join(server));
	check(kn_info_label(next.info) == KN_LABEL_SIGNAL && next.badge == 0x80);
}

/* ---- a receive with a deadline ---- */

#define PATIENCE 2000000

/* The deadline was of the wait, which the call has ended: when it passes the server works. */
static void answer_late(void *argument)
{
	struct kn_regs regs = {};
	kn_time limit;
	kn_status status;

	(void)argument;
	do {
		limit = rig_now() + PATIENCE;
		status = kn_recv(endpoint, &regs, limit, reply);
	} while (status == KN_E_TIMED_OUT);
	check_ok(status);
	while (rig_now() < limit + PATIENCE)
		;
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply(reply, &regs));
	check_status(kn_recv(endpoint, &regs, rig_now() + PATIENCE, reply), KN_E_TIMED_OUT);
}

static void a_deadline_ends_with_its_wait(void)
{
	setup();
	struct rig_thread *server = rig_spawn(answer_late, nullptr);

	check(rig_await(server, KN_TCB_STATE_RECEIVING));
	check_ok(call());
	check(rig_join(server));
}

/* ---- methods of endpoints ---- */

static void count(void *argument)
{
	struct kn_regs regs = {};

	while (kn_recv(endpoint, &regs, FOREVER, reply) == KN_OK) {
		++*(volatile unsigned *)argument;
		regs.info = kn_info(0, 0, 0);
		check_ok(kn_reply(reply, &regs));
	}
}

/* With the right to call, and a server that would take it. */
static void a_method_is_no_message(void)
{
	static volatile unsigned received;

	setup();
	received = 0;
	struct rig_thread *server = rig_spawn(count, (void *)&received);
	kn_cap client = rig_derive(endpoint, KN_RIGHT_CALL, 5);

	check(rig_await(server, KN_TCB_STATE_RECEIVING));
	check_status(kn_endpoint_cancel_badge(client, 5), KN_E_RIGHTS);
	check_ok(kn_endpoint_cancel_badge(endpoint, 5));
	check(received == 0);
	check_ok(call());
	check(received == 1);
}

/* ---- partners that are bound ---- */

static unsigned cpu_of(kn_cap tcb)
{
	struct kn_tcb_info info = {};

	check_ok(kn_tcb_info(tcb, &info));
	return info.cpu;
}

static volatile unsigned strays, served;

static void serve_at_home(void *argument)
{
	struct rig_thread *const *self = argument;
	struct kn_regs regs = {};
	kn_status status = kn_recv(endpoint, &regs, FOREVER, reply);

	while (status == KN_OK) {
		strays += cpu_of((*self)->tcb) != rig_boot->cpu_count - 1;
		served++;
		regs.info = kn_info(0, 0, 0);
		status = kn_reply_recv(endpoint, &regs, FOREVER, reply);
	}
}

static void partners_stay_on_their_cpus(void)
{
	static struct rig_thread *server;

	if (rig_is_shared())
		return;
	if (rig_boot->cpu_count == 1)
		return rig_skip("needs two CPUs");
	setup();
	strays = served = 0;
	server = rig_make_thread(serve_at_home, &server, KN_CAP_NONE);
	check_ok(kn_tcb_set_affinity(server->tcb, rig_boot->cpu_count - 1));
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, 0));
	check_ok(kn_tcb_resume(server->tcb));
	for (unsigned i = 0; i < ROUNDS; i++) {
		check(rig_await(server, KN_TCB_STATE_RECEIVING));
		check_ok(call());
		check(cpu_of(KN_SLOT_TCB) == 0);
	}
	check(strays == 0 && served == ROUNDS);
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
}

const struct rig_test fastpath_tests[] = {
    {"a_signal_in_between_is_received", a_signal_in_between_is_received},
    {"a_deadline_ends_with_its_wait", a_deadline_ends_with_its_wait},
    {"a_method_is_no_message", a_method_is_no_message},
    {"partners_stay_on_their_cpus", partners_stay_on_their_cpus},
    {},
};
