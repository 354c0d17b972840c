/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints, replies, capability transfer, cancellation. Run with the fast path on and off; both
 * must pass. */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define LABEL 0x7701 /* some protocol's method */
#define FOREVER KN_TIME_FOREVER

static kn_cap endpoint, reply;

/* What a server thread got last, and how it answers. */
static struct {
	struct kn_regs regs;
	kn_status status;
	volatile unsigned received;
	volatile bool stop;
} server;

static void setup(void)
{
	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
	__builtin_memset(&server, 0, sizeof(server));
}

/* Answers every call with its words plus one, label 0. */
static void echo(void *argument)
{
	struct kn_regs regs = {};
	kn_status status = kn_recv(endpoint, &regs, FOREVER, reply);

	(void)argument;
	while (status == KN_OK && !server.stop) {
		unsigned words = kn_info_words(regs.info);

		server.regs = regs;
		server.received++;
		for (unsigned i = 0; i < KN_MSG_REGS; i++)
			regs.w[i]++;
		for (unsigned i = KN_MSG_REGS; i < words; i++)
			kn_ipc_buffer()->words[i]++;
		regs.info = kn_info(0, 0, words);
		status = kn_reply_recv(endpoint, &regs, FOREVER, reply);
	}
	server.status = status;
}

static struct kn_regs message(unsigned words)
{
	struct kn_regs regs = {.w = {10, 20, 30, 40}, .info = kn_info(LABEL, 0, words)};

	for (unsigned i = KN_MSG_REGS; i < words; i++)
		kn_ipc_buffer()->words[i] = 1000 + i;
	return regs;
}

static void call_brings_words_and_badge(void)
{
	setup();
	rig_spawn(echo, nullptr);
	kn_cap client = rig_derive(endpoint, KN_RIGHT_CALL, 0xabcdef);

	for (unsigned words = 0; words <= KN_MSG_MAX_WORDS;
	     words = words < 12                                                  ? words + 1
		     : words * 2 > KN_MSG_MAX_WORDS && words != KN_MSG_MAX_WORDS ? KN_MSG_MAX_WORDS
										 : words * 2) {
		struct kn_regs regs = message(words);

		check_ok(kn_call(client, &regs, FOREVER));
		check(
		    server.regs.badge == 0xabcdef && server.regs.info == kn_info(LABEL, 0, words));
		check(kn_info_words(regs.info) == words && kn_info_status(regs.info) == KN_OK);
		check(words == 0 || regs.w[0] == 11);
		check(words < 4 || regs.w[3] == 41);
		for (unsigned i = KN_MSG_REGS; i < words; i++)
			check(kn_ipc_buffer()->words[i] == 1001 + i);
	}
}

static void call_waits_for_a_server(void)
{
	setup();
	struct rig_thread *late = rig_make_thread(echo, nullptr, KN_CAP_NONE);
	struct kn_regs regs = message(4);

	/* Nobody is there yet: with a deadline the call gives up, and nothing is left in the queue.
	 */
	check_status(kn_call(endpoint, &regs, rig_now() + 1000000), KN_E_TIMED_OUT);
	check_status(kn_call(endpoint, &regs, KN_TIME_POLL), KN_E_WOULD_BLOCK);
	check_ok(kn_tcb_resume(late->tcb));
	regs = message(4);
	check_ok(kn_call(endpoint, &regs, FOREVER));
	check(regs.w[1] == 21 && server.received == 1);
}

static void rights_are_demanded(void)
{
	setup();
	kn_cap send = rig_derive(endpoint, KN_RIGHT_SEND, 0),
	       call = rig_derive(endpoint, KN_RIGHT_CALL, 0);
	kn_cap recv = rig_derive(endpoint, KN_RIGHT_RECV, 0),
	       weak = rig_derive(reply, KN_RIGHT_GRANT, 0);
	struct kn_regs regs = message(0);

	check_status(kn_call(send, &regs, FOREVER), KN_E_RIGHTS);
	check_status(kn_send(call, &regs, KN_TIME_POLL), KN_E_RIGHTS);
	check_status(kn_recv(send, &regs, KN_TIME_POLL, reply), KN_E_RIGHTS);
	check_status(kn_reply_recv(call, &regs, KN_TIME_POLL, reply), KN_E_RIGHTS);
	check_status(kn_recv(recv, &regs, KN_TIME_POLL, weak), KN_E_RIGHTS);
	check_status(kn_recv(recv, &regs, KN_TIME_POLL, endpoint), KN_E_WRONG_TYPE);
	check_status(kn_recv(reply, &regs, KN_TIME_POLL, reply), KN_E_WRONG_TYPE);
	check_status(kn_reply_recv(reply, &regs, KN_TIME_POLL, reply), KN_E_WRONG_TYPE);
	check_status(kn_send(reply, &regs, KN_TIME_POLL), KN_E_WRONG_TYPE);
	check_status(kn_recv(rig_slot(), &regs, KN_TIME_POLL, reply), KN_E_INVALID_CAP);
	check_status(kn_reply(rig_slot(), &regs), KN_E_INVALID_CAP);
	check_status(kn_reply(KN_CAP_NONE, &regs), KN_E_INVALID_CAP);
	check_status(kn_reply(reply, &regs), KN_E_PEER_GONE);
	check_status(kn_recv(recv, &regs, KN_TIME_POLL, reply), KN_E_WOULD_BLOCK);
}

static void kernel_labels_cannot_be_forged(void)
{
	setup();
	rig_spawn(echo, nullptr);
	for (uint64_t label = 0; label < 256; label += 15) {
		struct kn_regs regs = {.info = kn_info(label, 0, 0)};

		check_status(kn_call(endpoint, &regs, FOREVER), KN_E_BAD_MESSAGE);
		check_status(kn_send(endpoint, &regs, FOREVER), KN_E_BAD_MESSAGE);
	}
	struct kn_regs regs = {.info = kn_info(0x10000 | KN_LABEL_ORPHAN, 0, 0)};
	check_status(kn_call(endpoint, &regs, FOREVER), KN_E_BAD_MESSAGE);
	regs.info = kn_info(LABEL, 0, KN_MSG_MAX_WORDS + 1);
	check_status(kn_call(endpoint, &regs, FOREVER), KN_E_TOO_LARGE);
	regs.info = kn_info(LABEL, 5, 0);
	check_status(kn_call(endpoint, &regs, FOREVER), KN_E_TOO_LARGE);
}

static void send_does_not_wait_for_an_answer(void)
{
	setup();
	rig_spawn(echo, nullptr);
	struct kn_regs regs = message(2);

	check_ok(kn_send(endpoint, &regs, FOREVER));
	rig_until(server.received != 0);
	check(server.received == 1 && server.regs.w[1] == 20);
	/* The server answered into nothing and goes on. */
	regs = message(2);
	check_ok(kn_call(endpoint, &regs, FOREVER));
	check(server.received == 2);
}

static struct rig_thread *caller_thread;
static kn_status caller_status;

static void one_call(void *deadline)
{
	struct kn_regs regs = message(4);

	caller_status = kn_call(endpoint, &regs, (kn_time)deadline);
}

static void queue_a_call(void)
{
	setup();
	caller_thread = rig_spawn(one_call, (void *)FOREVER);
	rig_await(caller_thread, KN_TCB_STATE_SENDING);
}

static void receive_a_call(struct kn_regs *regs)
{
	setup();
	caller_thread = rig_spawn(one_call, (void *)FOREVER);
	check_ok(kn_recv(endpoint, regs, FOREVER, reply));
}

static void call_without_a_reply_object_is_refused(void)
{
	struct kn_regs regs = {};

	queue_a_call();
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
	rig_join(caller_thread);
	check(caller_status == KN_E_INVALID_OP);
}

static void reply_object_holds_one_caller(void)
{
	struct kn_regs regs = {};
	uint32_t has_caller = 9, cancel = 9;

	receive_a_call(&regs);
	check_ok(kn_reply_info(reply, &has_caller, &cancel));
	check(has_caller == 1 && cancel == 0);
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, reply), KN_E_BUSY);
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply(reply, &regs));
	check_status(kn_reply(reply, &regs), KN_E_PEER_GONE);
	rig_join(caller_thread);
	check(caller_status == KN_OK);
	check_ok(kn_reply_info(reply, &has_caller, &cancel));
	check(has_caller == 0);
}

static void caller_hears_when_its_reply_object_dies(void)
{
	struct kn_regs regs = {};

	receive_a_call(&regs);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)reply));
	rig_join(caller_thread);
	check(caller_status == KN_E_PEER_GONE);

	reply = rig_new(KN_TYPE_REPLY, 0);
	caller_thread = rig_spawn(one_call, (void *)FOREVER);
	check_ok(kn_recv(endpoint, &regs, FOREVER, reply));
	check_ok(kn_reply_abandon(reply));
	rig_join(caller_thread);
	check(caller_status == KN_E_PEER_GONE);
}

static void waiting_threads_hear_when_the_endpoint_dies(void)
{
	queue_a_call();
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)endpoint));
	rig_join(caller_thread);
	check(caller_status == KN_E_PEER_GONE);

	setup();
	struct rig_thread *receiver = rig_spawn(echo, nullptr);
	rig_await(receiver, KN_TCB_STATE_RECEIVING);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)endpoint));
	rig_join(receiver);
	check(server.status == KN_E_PEER_GONE);
}

static void deadline_ends_a_taken_call_and_cancels_it(void)
{
	struct kn_regs regs = {};

	setup();
	/* Long enough that the emulator's host lets it call before. */
	for (kn_time wait = 30000000;; wait *= 2) {
		caller_thread = rig_spawn(one_call, (void *)(rig_now() + wait));
		if (kn_recv(endpoint, &regs, rig_now() + wait, reply) == KN_OK)
			break;
		rig_join(caller_thread);
	}
	rig_join(caller_thread);
	check(caller_status == KN_E_TIMED_OUT);
	/* The server is told, with the address it used for the reply object. */
	kn_cap other = rig_new(KN_TYPE_REPLY, 0);
	check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, other));
	check(kn_info_label(regs.info) == KN_LABEL_CANCEL && regs.w[0] == reply);
	check_status(kn_reply(reply, &regs), KN_E_PEER_GONE);
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, reply), KN_E_WOULD_BLOCK);
}

static void upcall_asks_for_the_call_back(void)
{
	struct kn_regs regs = {};
	uint32_t has_caller, cancel;

	receive_a_call(&regs);
	check_ok(kn_tcb_upcall(caller_thread->tcb, 1));
	check_ok(kn_tcb_upcall(caller_thread->tcb, 2));
	check_ok(kn_reply_info(reply, &has_caller, &cancel));
	check(has_caller == 1 && cancel == 1);
	kn_cap other = rig_new(KN_TYPE_REPLY, 0);
	check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, other));
	check(kn_info_label(regs.info) == KN_LABEL_CANCEL && regs.w[0] == reply);
	/* One event a call. */
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, other), KN_E_WOULD_BLOCK);
	regs.info = kn_info((uint64_t)KN_E_INTERRUPTED & 0xffffffffffff, 0, 0);
	check_ok(kn_reply(reply, &regs));
	rig_join(caller_thread);
	check(caller_status == KN_OK);

	/* Still queued: it ends at once. */
	caller_thread = rig_spawn(one_call, (void *)FOREVER);
	rig_await(caller_thread, KN_TCB_STATE_SENDING);
	check_ok(kn_tcb_upcall(caller_thread->tcb, 1));
	rig_join(caller_thread);
	check(caller_status == KN_E_INTERRUPTED);
}

static void suspending_a_caller_cancels_its_call(void)
{
	struct kn_regs regs = {};

	receive_a_call(&regs);
	check_ok(kn_tcb_suspend(caller_thread->tcb, true));
	check_status(kn_reply(reply, &regs), KN_E_PEER_GONE);
	kn_cap other = rig_new(KN_TYPE_REPLY, 0);
	check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, other));
	check(kn_info_label(regs.info) == KN_LABEL_CANCEL);
	check_ok(kn_tcb_resume(caller_thread->tcb));
	rig_join(caller_thread);
	check(caller_status == KN_E_INTERRUPTED);
}

static void pausing_a_caller_keeps_its_call(void)
{
	struct kn_regs regs = {};

	receive_a_call(&regs);
	check_ok(kn_tcb_suspend(caller_thread->tcb, false));
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply(reply, &regs));
	rig_sleep(1000000);
	check(!caller_thread->is_done);
	check_ok(kn_tcb_resume(caller_thread->tcb));
	rig_join(caller_thread);
	check(caller_status == KN_OK);
}

static void killed_caller_cancels_its_call(void)
{
	struct kn_regs regs = {};

	receive_a_call(&regs);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)caller_thread->tcb));
	kn_cap other = rig_new(KN_TYPE_REPLY, 0);
	check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, other));
	check(kn_info_label(regs.info) == KN_LABEL_CANCEL && regs.w[0] == reply);
	/* Used again before the event is received: the event is void. */
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, reply), KN_E_WOULD_BLOCK);
}

static void cancel_badge_ends_only_that_badge(void)
{
	setup();
	kn_cap plain = endpoint, badged = rig_derive(plain, KN_RIGHT_CALL, 5);
	kn_cap no_right = rig_derive(plain, KN_RIGHT_CALL, 0);
	struct rig_thread *a = rig_spawn(one_call, (void *)FOREVER);

	rig_await(a, KN_TCB_STATE_SENDING);
	endpoint = badged;
	struct rig_thread *b = rig_spawn(one_call, (void *)FOREVER);
	rig_await(b, KN_TCB_STATE_SENDING);
	check_status(kn_endpoint_cancel_badge(no_right, 5), KN_E_RIGHTS);
	check_ok(kn_endpoint_cancel_badge(plain, 5));
	rig_join(b);
	check(caller_status == KN_E_PEER_GONE && rig_state(a) == KN_TCB_STATE_SENDING);
}

/* Takes one call, keeps what came, and answers with `answer_caps` of its own capabilities. */
static struct kn_ipc_buffer taken;
static struct rig_thread *taker;
static kn_cap take_slot;
static uint32_t take_count;
static unsigned answer_caps;
static kn_cap answer_cap;

static void take_one(void *argument)
{
	struct kn_regs regs = {};

	(void)argument;
	kn_ipc_buffer()->recv_slot = take_slot;
	kn_ipc_buffer()->recv_count = take_count;
	server.status = kn_recv(endpoint, &regs, FOREVER, reply);
	server.regs = regs;
	__builtin_memcpy(&taken, kn_ipc_buffer(), sizeof(taken));
	for (unsigned i = 0; i < answer_caps; i++)
		kn_ipc_buffer()->caps[i] = answer_cap;
	kn_ipc_buffer()->flags = 0;
	regs.info = kn_info(0, answer_caps, 0);
	kn_status status = kn_reply(reply, &regs);
	if (status != KN_OK) {
		regs.info = kn_info((uint64_t)(int64_t)status & 0xffffffffffff, 0, 0);
		status = kn_reply(reply, &regs);
	}
	server.received++;
}

static void setup_transfer(uint32_t count)
{
	setup();
	take_slot = RIG_SLOT + 1000;
	take_count = count;
	answer_caps = 0;
	kn_ipc_buffer()->flags = 0;
	kn_ipc_buffer()->recv_count = 0;
	taker = rig_spawn(take_one, nullptr);
}

static kn_status call_with(unsigned count, const kn_cap *caps, uint32_t flags)
{
	struct kn_regs regs = {.info = kn_info(LABEL, count, 0)};

	for (unsigned i = 0; i < count; i++)
		kn_ipc_buffer()->caps[i] = caps[i];
	kn_ipc_buffer()->flags = flags;
	kn_status status = kn_call(endpoint, &regs, FOREVER);

	return status == KN_OK ? kn_info_status(regs.info) : status;
}

/* The server counts after its answer, which may be later than we go on. */
static void await_served(void)
{
	rig_until(server.received != 0);
	check(server.received == 1);
}

static uint8_t type_of(kn_cap cap)
{
	struct kn_cap_info info = {};

	check_ok(kn_cnode_info(CSPACE, (uint32_t)cap, &info));
	return info.type;
}

static void capabilities_are_copied_and_moved(void)
{
	setup_transfer(4);
	kn_cap a = rig_new(KN_TYPE_NOTIFICATION, 0), b = rig_new(KN_TYPE_TIMER, 0),
	       c = rig_new(KN_TYPE_UNTYPED, 12);
	kn_cap caps[] = {a, b, c, a};

	check_ok(call_with(4, caps, KN_IPC_MOVE(1) | KN_IPC_MOVE(2)));
	check(kn_info_caps(server.regs.info) == 4 && taken.cap_unwrapped == 0);
	check(taken.caps[0] == take_slot && taken.caps[3] == take_slot + 3);
	check(type_of(a) == KN_TYPE_NOTIFICATION && type_of(b) == KN_TYPE_NONE &&
	      type_of(c) == KN_TYPE_NONE);
	check(
	    type_of(take_slot) == KN_TYPE_NOTIFICATION && type_of(take_slot + 1) == KN_TYPE_TIMER);
	check(type_of(take_slot + 2) == KN_TYPE_UNTYPED &&
	      type_of(take_slot + 3) == KN_TYPE_NOTIFICATION);
	/* What an untyped has in a badge's place is its address. */
	check(taken.cap_badges[2] == 0);
	/* A copy is a child of the sender's. */
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)a));
	check(type_of(take_slot) == KN_TYPE_NONE && type_of(take_slot + 1) == KN_TYPE_TIMER);
}

static void own_endpoint_is_unwrapped(void)
{
	setup_transfer(1);
	kn_cap session = rig_derive(endpoint, KN_RIGHT_SEND | KN_RIGHT_GRANT, 99),
	       other = rig_new(KN_TYPE_ENDPOINT, 0);
	kn_cap caps[] = {session, other};

	check_ok(call_with(2, caps, 0));
	check(
	    taken.cap_unwrapped == 1 && taken.cap_badges[0] == 99 && taken.caps[0] == KN_CAP_NONE);
	check(taken.caps[1] == take_slot && type_of(take_slot) == KN_TYPE_ENDPOINT);
}

/* The ORPHAN event of a session's last capability, which came with a message, comes behind the message. */
static void a_session_that_moves_ends_behind_its_message(void)
{
	struct kn_regs regs = {};

	setup_transfer(1);
	kn_cap session = rig_derive(endpoint, KN_RIGHT_CALL | KN_RIGHT_GRANT, 42),
	       last = rig_derive(session, KN_RIGHT_CALL | KN_RIGHT_GRANT, 0);

	check_ok(kn_cnode_watch(CSPACE, (uint32_t)session));
	rig_await(taker, KN_TCB_STATE_RECEIVING);
	check_ok(call_with(1, &last, KN_IPC_MOVE(0)));
	check(taken.cap_unwrapped == 1 && taken.cap_badges[0] == 42 && type_of(last) == KN_TYPE_NONE);
	await_served();
	rig_join(taker);
	check_ok(kn_recv(endpoint, &regs, FOREVER, KN_CAP_NONE));
	check(regs.badge == 42 && kn_info_label(regs.info) == KN_LABEL_ORPHAN);
}

static void bad_transfers_change_nothing(void)
{
	setup_transfer(2);
	kn_cap a = rig_new(KN_TYPE_NOTIFICATION, 0), no_grant = rig_derive(a, KN_RIGHT_SEND, 0);
	kn_cap untyped = rig_new(KN_TYPE_UNTYPED, 12);
	kn_cap three[] = {a, a, a}, weak[] = {a, no_grant}, empty[] = {a, rig_slot()},
	       raw[] = {a, untyped};

	check_status(call_with(3, three, 0), KN_E_NO_SLOT);
	check_status(call_with(2, weak, 0), KN_E_RIGHTS);
	check_status(call_with(2, empty, 0), KN_E_INVALID_CAP);
	check_status(call_with(2, raw, 0), KN_E_NOT_SUPPORTED);
	check_status(call_with(2, three, KN_IPC_MOVE(0)), KN_E_INVALID_ARG);
	check(server.received == 0 && type_of(a) == KN_TYPE_NOTIFICATION &&
	      type_of(take_slot) == KN_TYPE_NONE);
	/* A used slot among the receiver's. */
	check_ok(kn_cnode_copy(CSPACE, (uint32_t)take_slot + 1, a, KN_RIGHT_SEND));
	check_status(call_with(2, three, 0), KN_E_NO_SLOT);
	check_ok(call_with(1, three, 0));
	await_served();
}

static void queued_message_arrives_whole(void)
{
	struct kn_regs regs = {};

	queue_a_call();
	check_ok(kn_recv(endpoint, &regs, FOREVER, reply));
	check(regs.w[0] == 10 && regs.w[3] == 40 && regs.info == kn_info(LABEL, 0, 4));
}

/* It is not that it is off, or on, for both runs of these tests. */
static void fast_path_is_taken_unless_it_is_switched_off(void)
{
	struct kn_kernel_stats before = {}, after = {};

	if (rig_is_shared())
		return;
	setup();
	rig_await(rig_spawn(echo, nullptr), KN_TCB_STATE_RECEIVING);
	check_ok(kn_debug_stats(KN_BOOT_SLOT_DEBUG, &before));
	for (unsigned i = 0; i < 100; i++) {
		struct kn_regs regs = message(i % 12);

		check_ok(kn_call(endpoint, &regs, FOREVER));
	}
	check_ok(kn_debug_stats(KN_BOOT_SLOT_DEBUG, &after));
	if (rig_has_word("ipc.fastpath=off")) {
		check(after.ipc_fast == 0 && after.ipc_slow - before.ipc_slow == 200);
	} else {
		/* Calls and answers; with several CPUs the server is not always waiting yet. */
		check(after.ipc_fast - before.ipc_fast >= (rig_boot->cpu_count == 1 ? 200 : 100));
	}
}

static void answer_brings_capabilities(void)
{
	setup_transfer(0);
	answer_caps = 2;
	answer_cap = rig_new(KN_TYPE_NOTIFICATION, 0);
	kn_ipc_buffer()->recv_slot = RIG_SLOT + 2000;
	kn_ipc_buffer()->recv_count = 2;
	check_ok(call_with(0, nullptr, 0));
	check(type_of(RIG_SLOT + 2000) == KN_TYPE_NOTIFICATION &&
	      type_of(RIG_SLOT + 2001) == KN_TYPE_NOTIFICATION);
	/* No room at the caller: the replier hears it and can still answer with a status. */
	setup_transfer(0);
	answer_caps = 1;
	check_status(call_with(0, nullptr, 0), KN_E_NO_SLOT);
	await_served();
}

static void many_callers_are_served_in_order(void)
{
	struct rig_thread *callers[12];
	struct kn_regs regs = {};

	setup();
	for (unsigned i = 0; i < 12; i++) {
		callers[i] = rig_spawn(one_call, (void *)FOREVER);
		rig_await(callers[i], KN_TCB_STATE_SENDING);
	}
	check_ok(kn_recv(endpoint, &regs, FOREVER, reply));
	for (unsigned i = 0; i < 11; i++) {
		regs.info = kn_info(0, 0, 0);
		check_ok(kn_reply_recv(endpoint, &regs, FOREVER, reply));
		rig_join(callers[i]);
		check(!callers[i + 1]->is_done);
	}
	check_ok(kn_reply(reply, &regs));
	rig_join(callers[11]);
}

const struct rig_test ipc_tests[] = {
    {"call_brings_words_and_badge", call_brings_words_and_badge},
    {"call_waits_for_a_server", call_waits_for_a_server},
    {"rights_are_demanded", rights_are_demanded},
    {"kernel_labels_cannot_be_forged", kernel_labels_cannot_be_forged},
    {"send_does_not_wait_for_an_answer", send_does_not_wait_for_an_answer},
    {"call_without_a_reply_object_is_refused", call_without_a_reply_object_is_refused},
    {"reply_object_holds_one_caller", reply_object_holds_one_caller},
    {"caller_hears_when_its_reply_object_dies", caller_hears_when_its_reply_object_dies},
    {"waiting_threads_hear_when_the_endpoint_dies", waiting_threads_hear_when_the_endpoint_dies},
    {"deadline_ends_a_taken_call_and_cancels_it", deadline_ends_a_taken_call_and_cancels_it},
    {"upcall_asks_for_the_call_back", upcall_asks_for_the_call_back},
    {"suspending_a_caller_cancels_its_call", suspending_a_caller_cancels_its_call},
    {"pausing_a_caller_keeps_its_call", pausing_a_caller_keeps_its_call},
    {"killed_caller_cancels_its_call", killed_caller_cancels_its_call},
    {"cancel_badge_ends_only_that_badge", cancel_badge_ends_only_that_badge},
    {"capabilities_are_copied_and_moved", capabilities_are_copied_and_moved},
    {"own_endpoint_is_unwrapped", own_endpoint_is_unwrapped},
    {"a_session_that_moves_ends_behind_its_message", a_session_that_moves_ends_behind_its_message},
    {"bad_transfers_change_nothing", bad_transfers_change_nothing},
    {"queued_message_arrives_whole", queued_message_arrives_whole},
    {"fast_path_is_taken_unless_it_is_switched_off", fast_path_is_taken_unless_it_is_switched_off},
    {"answer_brings_capabilities", answer_brings_capabilities},
    {"many_callers_are_served_in_order", many_callers_are_served_in_order},
    {},
};
