/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls' own errors: every one that uapi/syscall_errors.h declares for a call is got here or elsewhere by a test
 * (system_call_saw_error() is told of each), and none that it does not declare. What methods throw is kernel_methods.c's.
 */
#include "memory_rig.h"

#include "uapi/syscall_errors.h"

#define LABEL 0x7701

enum system_call { CALL, SEND, RECV, REPLY, REPLY_RECV, CALLS };

static const int16_t call_errors[] = {KN_SYS_CALL_ERRORS}, send_errors[] = {KN_SYS_SEND_ERRORS},
		     receive_errors[] = {KN_SYS_RECV_ERRORS}, reply_errors[] = {KN_SYS_REPLY_ERRORS},
		     reply_receive_errors[] = {KN_SYS_REPLY_RECV_ERRORS};

#define ERRORS(of) .errors = of, .count = sizeof(of) / sizeof(of[0])
static const struct {
	const char *text; /* how a test names it */
	const int16_t *errors;
	unsigned count;
} system_calls[CALLS] = {
    [CALL] = {"kn_call(", ERRORS(call_errors)},
    [SEND] = {"kn_send(", ERRORS(send_errors)},
    [RECV] = {"kn_recv(", ERRORS(receive_errors)},
    [REPLY] = {"kn_reply(", ERRORS(reply_errors)},
    [REPLY_RECV] = {"kn_reply_recv(", ERRORS(reply_receive_errors)},
};
static uint32_t errors_seen[CALLS];

static bool begins_with(const char *text, const char *start)
{
	while (*start && *text == *start)
		text++, start++;
	return *start == '\0';
}

void system_call_saw_error(const char *text, kn_status error)
{
	for (enum system_call i = 0; i < CALLS; i++) {
		bool is_declared = i == CALL; /* it may be a method's */

		if (!begins_with(text, system_calls[i].text))
			continue;
		for (unsigned e = 0; e < system_calls[i].count; e++) {
			if (system_calls[i].errors[e] != error)
				continue;
			errors_seen[i] |= 1u << e;
			is_declared = true;
		}
		if (!check(is_declared))
			rig_print("# %s) does not declare %d\n", text, error);
	}
}

static void every_error_of_a_system_call_is_seen(void)
{
	for (enum system_call i = 0; i < CALLS; i++) {
		for (unsigned e = 0; e < system_calls[i].count; e++) {
			if (!check(errors_seen[i] & 1u << e))
				rig_print("# %s) returns %d\n", system_calls[i].text, system_calls[i].errors[e]);
		}
	}
}

/* ---- one call, with these operands ---- */

static kn_cap target, reply; /* the capability that it acts on, and the reply object */

static kn_status perform(enum system_call call, kn_word info, kn_time deadline)
{
	struct kn_regs regs = {.info = info};

	switch (call) {
	case CALL:
		return kn_call(target, &regs, deadline);
	case SEND:
		return kn_send(target, &regs, deadline);
	case RECV:
		return kn_recv(target, &regs, deadline, reply);
	case REPLY:
		return kn_reply(reply, &regs);
	default:
		return kn_reply_recv(target, &regs, deadline, reply);
	}
}

static void expect(enum system_call call, kn_status got, kn_status error)
{
	(void)rig_check_status(got, error, system_calls[call].text, __FILE_NAME__, __LINE__);
}

static void expect_now(enum system_call call, kn_word info, kn_time deadline, kn_status error)
{
	expect(call, perform(call, info, deadline), error);
}

/* ---- without a partner ---- */

static void capabilities_are_looked_at(void)
{
	const kn_word info = kn_info(LABEL, 0, 0);
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), object = rig_new(KN_TYPE_REPLY, 0);
	kn_cap useless = rig_derive(endpoint, KN_RIGHT_GRANT, 0), mute = rig_derive(object, KN_RIGHT_GRANT, 0);

	for (enum system_call i = 0; i < CALLS; i++) {
		target = endpoint;
		reply = object;
		*(i == REPLY ? &reply : &target) = rig_slot();
		expect_now(i, info, FOREVER, KN_E_INVALID_CAP);
		if (i != CALL) { /* any object can be called */
			*(i == REPLY ? &reply : &target) = i == REPLY ? endpoint : object;
			expect_now(i, info, FOREVER, KN_E_WRONG_TYPE);
		}
		*(i == REPLY ? &reply : &target) = i == REPLY ? mute : useless;
		expect_now(i, info, FOREVER, KN_E_RIGHTS);
		target = endpoint;
		reply = object;
		if (i == REPLY) {
			expect_now(i, info, FOREVER, KN_E_PEER_GONE);
			continue;
		}
		expect_now(i, info, KN_TIME_POLL, KN_E_WOULD_BLOCK);
		expect_now(i, info, rig_now() + 100000, KN_E_TIMED_OUT);
		if (i == CALL || i == SEND)
			expect_now(i, kn_info(KN_LABEL_SIGNAL, 0, 0), FOREVER, KN_E_BAD_MESSAGE);
	}
}

static enum system_call blocking;
static volatile kn_status blocked_status;

static void blocks(void *unused)
{
	blocked_status = perform(blocking, kn_info(LABEL, 0, 0), FOREVER);
}

static void waits_end_from_outside(void)
{
	for (enum system_call i = 0; i < CALLS; i++) {
		if (i == REPLY)
			continue;
		for (unsigned dies = 0; dies < 2; dies++) {
			target = rig_new(KN_TYPE_ENDPOINT, 0);
			reply = rig_new(KN_TYPE_REPLY, 0);
			blocking = i;
			struct rig_thread *thread = rig_spawn(blocks, nullptr);

			rig_await(thread, i == CALL || i == SEND ? KN_TCB_STATE_SENDING : KN_TCB_STATE_RECEIVING);
			if (dies) {
				check_ok(kn_cnode_delete(CSPACE, (uint32_t)target));
			} else {
				check_ok(kn_tcb_suspend(thread->tcb, true));
				check_ok(kn_tcb_resume(thread->tcb));
			}
			rig_join(thread);
			expect(i, blocked_status, dies ? KN_E_PEER_GONE : KN_E_INTERRUPTED);
		}
	}
}

/* ---- to a partner that waits ---- */

static kn_cap partner_reply;
static kn_cap partner_slot;

/* Has one slot for capabilities. */
static void make_room(void)
{
	kn_ipc_buffer()->recv_slot = partner_slot;
	kn_ipc_buffer()->recv_count = 1;
}

static void receives(void *unused)
{
	struct kn_regs regs = {};

	make_room();
	blocked_status = kn_recv(target, &regs, FOREVER, partner_reply);
}

static void asks(void *unused)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0)};

	make_room();
	blocked_status = kn_call(target, &regs, FOREVER);
}

/* A thread that waits for what `call` sends: a receiver, or a caller in the reply object. */
static struct rig_thread *start_partner(enum system_call call)
{
	struct kn_regs regs = {};

	target = rig_new(KN_TYPE_ENDPOINT, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
	partner_reply = rig_new(KN_TYPE_REPLY, 0);
	partner_slot = rig_slot();
	bool is_answer = call == REPLY || call == REPLY_RECV;
	struct rig_thread *partner = rig_spawn(is_answer ? asks : receives, nullptr);

	if (is_answer)
		check_ok(kn_recv(target, &regs, FOREVER, reply));
	else
		rig_await(partner, KN_TCB_STATE_RECEIVING);
	return partner;
}

static void messages_are_looked_at(void)
{
	kn_cap note = rig_new(KN_TYPE_NOTIFICATION, 0), weak = rig_derive(note, KN_RIGHT_SEND, 0);
	kn_cap untyped = rig_new(KN_TYPE_UNTYPED, 12);
	struct kn_ipc_buffer *own = kn_ipc_buffer();

	for (enum system_call i = 0; i < CALLS; i++) {
		const struct {
			kn_cap caps[2];
			unsigned count;
			uint32_t flags;
			kn_status error;
		} transfers[] = {
		    {{rig_slot()}, 1, 0, KN_E_INVALID_CAP},
		    {{weak}, 1, 0, KN_E_RIGHTS},
		    {{note, note}, 2, KN_IPC_MOVE(0), KN_E_INVALID_ARG},
		    {{untyped}, 1, 0, KN_E_NOT_SUPPORTED},
		    {{note, note}, 2, 0, KN_E_NO_SLOT},
		};
		if (i == RECV)
			continue;
		struct rig_thread *partner = start_partner(i);
		enum kn_tcb_state state = rig_state(partner);

		expect_now(i, kn_info(LABEL, 0, KN_MSG_MAX_WORDS + 1), FOREVER, KN_E_TOO_LARGE);
		for (unsigned t = 0; t < sizeof(transfers) / sizeof(transfers[0]); t++) {
			own->caps[0] = transfers[t].caps[0];
			own->caps[1] = transfers[t].caps[1];
			own->flags = transfers[t].flags;
			expect_now(i, kn_info(LABEL, transfers[t].count, 0), FOREVER, transfers[t].error);
			check(rig_state(partner) == state);
		}
		own->flags = 0;
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)partner->tcb));
	}
}

static void answers_without_a_buffer(void *unused)
{
	blocked_status = perform(blocking, kn_info(LABEL, 0, KN_MSG_REGS + 1), FOREVER);
}

/* A thread's IPC buffer goes with the memory object that it is in. */
static void long_messages_need_a_buffer(void)
{
	for (enum system_call i = 0; i < CALLS; i++) {
		if (i == RECV)
			continue;
		(void)start_partner(i);
		struct rig_thread *thread = rig_make_thread(answers_without_a_buffer, nullptr, KN_CAP_NONE);
		kn_cap buffer = new_object(1);

		check_ok(kn_tcb_configure(thread->tcb, OWN, CSPACE, buffer, 0, (kn_word)thread->ipc, KN_CAP_NONE));
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)buffer));
		blocking = i;
		check_ok(kn_tcb_resume(thread->tcb));
		rig_join(thread);
		expect(i, blocked_status, KN_E_BAD_MESSAGE);
	}
}

static void reply_objects_have_one_caller(void)
{
	/* A call to a receiver that takes none. */
	target = rig_new(KN_TYPE_ENDPOINT, 0);
	partner_reply = KN_CAP_NONE;
	partner_slot = rig_slot();
	rig_await(rig_spawn(receives, nullptr), KN_TCB_STATE_RECEIVING);
	expect_now(CALL, kn_info(LABEL, 0, 0), FOREVER, KN_E_INVALID_OP);
	/* Receiving with one that holds a caller, and with one that another receiver has armed. */
	(void)start_partner(REPLY);
	expect_now(RECV, 0, KN_TIME_POLL, KN_E_BUSY);
	(void)start_partner(CALL);
	reply = partner_reply;
	expect_now(REPLY_RECV, kn_info(LABEL, 0, 0), FOREVER, KN_E_BUSY);
}

const struct rig_test call_tests[] = {
    {"capabilities_of_system_calls_are_looked_at", capabilities_are_looked_at},
    {"system_calls_that_wait_end_from_outside", waits_end_from_outside},
    {"messages_of_system_calls_are_looked_at", messages_are_looked_at},
    {"long_messages_need_a_buffer", long_messages_need_a_buffer},
    {"reply_objects_have_one_caller", reply_objects_have_one_caller},
    {},
};

const struct rig_test call_coverage_tests[] = {
    {"every_error_of_a_system_call_is_seen", every_error_of_a_system_call_is_seen},
    {},
};
