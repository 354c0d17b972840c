/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities in messages when something goes wrong on the way: the sender's is bad by the time it is received, one side gives up, is
 * stopped or dies, before, between and after. A capability that is moved is in one place afterwards, and in which one is told
 * by what the two sides got.
 */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define LABEL 0x7701
#define FOREVER KN_TIME_FOREVER

static kn_cap endpoint, reply, place; /* `place`: where a receiver takes what comes */

static void setup(void)
{
	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
	place = rig_slot();
}

static bool is_empty(kn_cap slot)
{
	struct kn_cap_info info = {};

	check_ok(kn_cnode_info(CSPACE, (uint32_t)slot, &info));
	return info.type == KN_TYPE_NONE;
}

/* One call with one capability. */
struct caller {
	kn_cap cap;
	uint32_t flags;
	kn_word number;
	kn_time patience; /* 0: for ever */
	kn_status status;
};

static void call_with(void *argument)
{
	struct caller *self = argument;
	struct kn_regs regs = {.w = {self->number}, .info = kn_info(LABEL, self->cap != KN_CAP_NONE, 1)};

	kn_ipc_buffer()->caps[0] = self->cap;
	kn_ipc_buffer()->flags = self->flags;
	self->status = kn_call(endpoint, &regs, self->patience ? rig_now() + self->patience : FOREVER);
}

static struct rig_thread *queue(struct caller *caller)
{
	struct rig_thread *thread = rig_spawn(call_with, caller);

	rig_await(thread, KN_TCB_STATE_SENDING);
	return thread;
}

/* With room for one capability. */
static kn_status receive(struct kn_regs *regs, uint32_t room)
{
	kn_ipc_buffer()->recv_slot = place;
	kn_ipc_buffer()->recv_count = room;
	kn_status status = kn_recv(endpoint, regs, KN_TIME_POLL, reply);

	kn_ipc_buffer()->recv_count = 0;
	return status;
}

static void answer(void)
{
	struct kn_regs regs = {.info = kn_info(0, 0, 0)};

	check_ok(kn_reply(reply, &regs));
}

/* What became of it while the message waited is its sender's error; the receiver gets the next message. */
static void check_bad(kn_cap cap, uint32_t flags, bool is_deleted, uint32_t room, kn_status expected)
{
	struct caller bad = {.cap = cap, .flags = flags, .number = 1}, good = {.number = 2};
	struct rig_thread *first = queue(&bad), *second = queue(&good);
	struct kn_regs regs = {};

	if (is_deleted)
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)cap));
	check_ok(receive(&regs, room));
	check(regs.w[0] == 2 && kn_info_caps(regs.info) == 0 && is_empty(place));
	rig_join(first);
	check_status(bad.status, expected);
	answer();
	rig_join(second);
	check_ok(good.status);
}

static void a_queued_sender_hears_of_its_bad_capability(void)
{
	setup();
	kn_cap notification = rig_new(KN_TYPE_NOTIFICATION, 0), untyped = rig_new(KN_TYPE_UNTYPED, 12);

	check_bad(rig_derive(notification, KN_RIGHT_GRANT, 0), 0, true, 1, KN_E_INVALID_CAP);
	check_bad(rig_derive(notification, KN_RIGHT_SEND, 0), KN_IPC_MOVE(0), false, 1, KN_E_RIGHTS);
	check_bad(untyped, 0, false, 1, KN_E_NOT_SUPPORTED);
	check_bad(notification, 0, false, 0, KN_E_NO_SLOT);
	check(!is_empty(notification) && !is_empty(untyped));
}

enum end { DIES, IS_STOPPED, GIVES_UP, ENDS };

static void end_caller(struct rig_thread *thread, enum end end)
{
	if (end == DIES)
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)thread->tcb));
	else if (end == IS_STOPPED)
		check_ok(kn_tcb_suspend(thread->tcb, true));
	else
		rig_join(thread);
}

static void a_queued_sender_that_goes_keeps_what_it_moves(void)
{
	struct kn_regs regs = {};

	for (enum end end = DIES; end < ENDS; end++) {
		setup();
		kn_cap cap = rig_new(KN_TYPE_NOTIFICATION, 0);
		struct caller caller = {.cap = cap, .flags = KN_IPC_MOVE(0), .patience = end == GIVES_UP ? 20000000 : 0};

		end_caller(end == GIVES_UP ? rig_spawn(call_with, &caller) : queue(&caller), end);
		check_status(receive(&regs, 1), KN_E_WOULD_BLOCK);
		check(!is_empty(cap) && is_empty(place));
	}
}

static void who_has_received_it_keeps_it_when_the_sender_goes(void)
{
	struct kn_regs regs = {};

	for (enum end end = DIES; end < ENDS; end++) {
		setup();
		kn_cap cap = rig_new(KN_TYPE_NOTIFICATION, 0);
		struct caller caller = {.cap = cap, .flags = KN_IPC_MOVE(0), .patience = end == GIVES_UP ? 300000000 : 0};
		struct rig_thread *thread = rig_spawn(call_with, &caller);

		kn_ipc_buffer()->recv_slot = place;
		kn_ipc_buffer()->recv_count = 1;
		kn_status status = kn_recv(endpoint, &regs, rig_now() + 5000000000, reply);

		/* A host that was busy for so long. */
		if (status == KN_E_TIMED_OUT && end == GIVES_UP)
			continue;
		check_ok(status);
		check(kn_info_caps(regs.info) == 1 && is_empty(cap) && !is_empty(place));
		end_caller(thread, end);
		check(is_empty(cap) && !is_empty(place));
		/* An answer with a capability to nobody leaves that here too. */
		kn_ipc_buffer()->caps[0] = place;
		kn_ipc_buffer()->flags = KN_IPC_MOVE(0);
		regs.info = kn_info(0, 1, 0);
		check_status(kn_reply(reply, &regs), KN_E_PEER_GONE);
		check(is_empty(cap) && !is_empty(place));
	}
}

static kn_status taken;

static void take_one(void *argument)
{
	struct kn_regs regs = {};

	kn_ipc_buffer()->recv_slot = place;
	kn_ipc_buffer()->recv_count = 1;
	taken = kn_recv(endpoint, &regs, FOREVER, reply);
}

static void a_receiver_that_dies_has_taken_nothing(void)
{
	setup();
	kn_cap cap = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct caller caller = {.cap = cap, .flags = KN_IPC_MOVE(0)};
	struct rig_thread *receiver = rig_spawn(take_one, nullptr);

	rig_await(receiver, KN_TCB_STATE_RECEIVING);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)receiver->tcb));
	struct rig_thread *thread = queue(&caller);

	check(!is_empty(cap) && is_empty(place));
	/* The next one gets it, and its death does not bring it back. */
	receiver = rig_spawn(take_one, nullptr);
	rig_join(receiver);
	check_ok(taken);
	check(is_empty(cap) && !is_empty(place));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)receiver->tcb));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)reply));
	rig_join(thread);
	check_status(caller.status, KN_E_PEER_GONE);
	check(is_empty(cap) && !is_empty(place));
}

/* ---- passed to and fro while both are stopped at any moment ---- */

#define STOPS 400

static kn_cap home;
static volatile bool is_over;
static volatile unsigned passed, kept;

static void pass_on(void *argument)
{
	while (!is_over) {
		struct kn_regs regs = {.info = kn_info(LABEL, 1, 0)};

		kn_ipc_buffer()->caps[0] = home;
		kn_ipc_buffer()->flags = KN_IPC_MOVE(0);
		if (kn_call(endpoint, &regs, rig_now() + 100000) == KN_OK)
			passed++;
	}
}

/* Whatever ends the wait: an error has brought nothing, a message the capability. */
static void bring_back(void *argument)
{
	while (!is_over) {
		struct kn_regs regs = {};

		kn_ipc_buffer()->recv_slot = place;
		kn_ipc_buffer()->recv_count = 1;
		kn_status status = kn_recv(endpoint, &regs, rig_now() + 100000, reply);

		if (status == KN_OK && kn_info_label(regs.info) == LABEL) {
			check(is_empty(home));
			check_ok(kn_cnode_move(CSPACE, (uint32_t)home, place));
			regs.info = kn_info(0, 0, 0);
			kept++;
			(void)!kn_reply(reply, &regs);
		} else {
			check(is_empty(place) && !is_empty(home));
		}
	}
}

static void a_capability_is_in_one_place_whoever_is_stopped(void)
{
	struct rig_thread *threads[2];
	uint32_t random = 4711;

	setup();
	home = rig_new(KN_TYPE_NOTIFICATION, 0);
	is_over = false;
	passed = kept = 0;
	threads[0] = rig_spawn(pass_on, nullptr);
	threads[1] = rig_spawn(bring_back, nullptr);
	for (unsigned i = 0; i < STOPS; i++) {
		random = random * 1664525 + 1013904223;
		rig_sleep(random >> 8 & 0xffff);
		check_ok(kn_tcb_suspend(threads[random >> 31]->tcb, true));
		check_ok(kn_tcb_resume(threads[random >> 31]->tcb));
	}
	/* However slow the machine is. */
	for (unsigned tries = 0; tries < 1000 && passed == 0; tries++)
		rig_sleep(1000000);
	is_over = true;
	rig_join(threads[0]);
	rig_join(threads[1]);
	check(!is_empty(home) && is_empty(place));
	check(passed > 0 && kept >= passed);
}

/* The call is taken, its caller has given up, and nobody has been told yet. */
static void make_cancel(void)
{
	struct caller caller = {.patience = 20000000};
	struct kn_regs regs = {};

	setup();
	struct rig_thread *thread = rig_spawn(call_with, &caller);

	check_ok(kn_recv(endpoint, &regs, rig_now() + RIG_PATIENCE, reply));
	check(rig_join(thread));
	check_status(caller.status, KN_E_TIMED_OUT);
}

static void a_cancel_goes_with_its_reply_object(void)
{
	make_cancel();
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)reply));
	check_status(kn_recv(endpoint, &(struct kn_regs){}, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
}

/* The reply object is used again: nothing of it may be left in the memory that was the endpoint (which the sanitizer build looks at). */
static void a_cancel_goes_with_its_endpoint(void)
{
	struct caller caller = {};
	struct kn_regs regs = {};
	kn_cap last;

	make_cancel();
	last = reply;
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)endpoint));
	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	struct rig_thread *thread = queue(&caller);

	check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, last));
	check(kn_info_label(regs.info) == LABEL);
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply(last, &regs));
	check(rig_join(thread));
	check_ok(caller.status);
}

const struct rig_test transfer_tests[] = {
    {"a_queued_sender_hears_of_its_bad_capability", a_queued_sender_hears_of_its_bad_capability},
    {"a_queued_sender_that_goes_keeps_what_it_moves", a_queued_sender_that_goes_keeps_what_it_moves},
    {"who_has_received_it_keeps_it_when_the_sender_goes", who_has_received_it_keeps_it_when_the_sender_goes},
    {"a_receiver_that_dies_has_taken_nothing", a_receiver_that_dies_has_taken_nothing},
    {"a_capability_is_in_one_place_whoever_is_stopped", a_capability_is_in_one_place_whoever_is_stopped},
    {"a_cancel_goes_with_its_reply_object", a_cancel_goes_with_its_reply_object},
    {"a_cancel_goes_with_its_endpoint", a_cancel_goes_with_its_endpoint},
    {},
};
