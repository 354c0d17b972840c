/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synchronous IPC, complete (transfer.h; ipc/fastpath.c does the frequent cases and falls back to
 * this).
 *
 * A message either arrives whole or not at all: check_message() and plan_caps() refuse, and then
 * nothing can fail. A queued sender's message is looked at when it is received, for its registers
 * cannot change but its IPC buffer and capabilities can; what is wrong by then is the sender's
 * error, and the receiver goes on to the next. An answer that the caller has no room for is the
 * replier's error, and the caller stays with the reply object so that a plain status can follow.
 *
 * Invariant: a thread in THREAD_SENDING or THREAD_RECEIVING is in its endpoint's list by `link`;
 * one in THREAD_WAITING_REPLY is the caller of thread->reply. Capabilities need GRANT to be passed
 * on.
 */
#include "ipc/transfer.h"

#include "core/fault.h"
#include "core/scheduler.h"
#include "core/trace.h"
#include "core/work.h"
#include "object/derivation.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/sched_context.h"

/* Where each capability of a message comes from and goes to; made by plan_caps(), carried out by
 * move_caps(). */
struct cap_plan {
	unsigned count;
	uint32_t unwrapped; /* bit i: only the badge is delivered */
	uint32_t moved;
	kn_cap address[KN_MSG_MAX_CAPS];
	struct slot *from[KN_MSG_MAX_CAPS], *to[KN_MSG_MAX_CAPS];
};

/* What can be said of a message without its receiver. */
static kn_status check_message(const struct tcb *sender, uint64_t info)
{
	unsigned words = kn_info_words(info), caps = kn_info_caps(info);

	if (words > KN_MSG_MAX_WORDS || caps > KN_MSG_MAX_CAPS)
		return KN_E_TOO_LARGE;
	if ((words > KN_MSG_REGS || caps > 0) && !sender->ipc)
		return KN_E_BAD_MESSAGE;
	return KN_OK;
}

/* Only the kernel sends labels without a type or protocol. */
static bool is_forged(uint64_t info)
{
	return (kn_info_label(info) >> 8 & 0xff) == 0;
}

static kn_status plan_caps(struct cap_plan *plan, const struct tcb *from, const struct tcb *to,
    const struct endpoint *through)
{
	uint32_t moved = from->ipc->flags;
	unsigned slots = 0;

	if (!to->ipc)
		return KN_E_NO_SLOT;
	kn_cap recv_slot = to->ipc->recv_slot;
	uint32_t recv_count = to->ipc->recv_count;

	plan->moved = moved;
	for (unsigned i = 0; i < plan->count; i++) {
		struct slot *slot;
		bool is_moved = moved & KN_IPC_MOVE(i);

		TRY(cspace_find(from, from->ipc->caps[i], KN_TYPE_NONE, KN_RIGHT_GRANT, &slot));
		for (unsigned j = 0; j < i; j++) {
			if (plan->from[j] == slot && (is_moved || (moved & KN_IPC_MOVE(j))))
				return KN_E_INVALID_ARG;
		}
		plan->from[i] = slot;
		if (through && slot->cap.type == KN_TYPE_ENDPOINT && slot->cap.object == &through->object) {
			plan->unwrapped |= 1u << i;
			continue;
		}
		if (!slot_is_copyable(slot) && !(is_moved && slot->cap.type == KN_TYPE_UNTYPED))
			return KN_E_NOT_SUPPORTED;
		if (slots >= recv_count)
			return KN_E_NO_SLOT;
		plan->address[i] = recv_slot + slots++;
		plan->to[i] = cspace_lookup(to, plan->address[i]);
		if (!plan->to[i] || !slot_is_empty(plan->to[i]))
			return KN_E_NO_SLOT;
	}
	return KN_OK;
}

static void move_caps(const struct cap_plan *plan, struct tcb *to)
{
	to->ipc->cap_unwrapped = plan->unwrapped;
	for (unsigned i = 0; i < plan->count; i++) {
		struct slot *from = plan->from[i];
		bool is_unwrapped = plan->unwrapped & 1u << i, is_moved = plan->moved & KN_IPC_MOVE(i);

		to->ipc->caps[i] = is_unwrapped ? KN_CAP_NONE : plan->address[i];
		to->ipc->cap_badges[i] = from->cap.type == KN_TYPE_UNTYPED ? 0 : from->cap.badge;
		if (is_unwrapped) {
			/* Never KN_RESTART: CSpaces hold no internal slots. An ORPHAN event that this
			 * makes must not go to the receiver of the message itself. */
			list_remove(&to->link);
			if (is_moved)
				(void)slot_delete(from);
		} else if (is_moved) {
			slot_move(plan->to[i], from);
		} else {
			slot_derive(plan->to[i], from, from->cap.rights, from->cap.badge);
		}
	}
}

/* Copy the whole message; `through`: the endpoint, null for an answer. An error has changed
 * nothing. */
static kn_status copy_message(struct tcb *from, struct tcb *to, const struct endpoint *through)
{
	struct arch_context *in = &from->context, *out = &to->context;
	uint64_t info = ctx_info(in);
	unsigned words = kn_info_words(info);
	struct cap_plan plan = {.count = kn_info_caps(info)};

	if (words > KN_MSG_REGS && !to->ipc)
		return KN_E_TOO_LARGE;
	if (plan.count > 0) {
		TRY(plan_caps(&plan, from, to, through));
		move_caps(&plan, to);
	}
	for (unsigned i = 0; i < KN_MSG_REGS; i++)
		ctx_set_word(out, i, ctx_word(in, i));
	if (words > KN_MSG_REGS)
		memcpy(&to->ipc->words[KN_MSG_REGS], &from->ipc->words[KN_MSG_REGS],
		    (words - KN_MSG_REGS) * sizeof(kn_word));
	ctx_set_info(out, info);
	return KN_OK;
}

static kn_status copy_fault(struct tcb *from, struct tcb *to)
{
	if (!to->ipc)
		return KN_E_TOO_LARGE;
	for (unsigned i = 0; i < 6; i++) {
		if (i < KN_MSG_REGS)
			ctx_set_word(&to->context, i, from->fault_words[i]);
		else
			to->ipc->words[i] = from->fault_words[i];
	}
	ctx_set_info(&to->context, kn_info(from->fault_label, 0, 6));
	return KN_OK;
}

/* From `sender` to `receiver`, which gives up its reply object to a call. An error has changed
 * nothing. */
static kn_status deliver(struct tcb *sender, struct tcb *receiver, struct endpoint *endpoint)
{
	if (sender->in_call && !receiver->reply)
		return KN_E_INVALID_OP;
	TRY(sender->in_fault ? copy_fault(sender, receiver) : copy_message(sender, receiver, endpoint));
	kernel_stats.ipc_slow++;
	trace_often(TRACE_IPC, tcb_label(sender), tcb_label(receiver),
	    ctx_info(&receiver->context), tcb_pair(sender, receiver));
	ctx_set_badge(&receiver->context, sender->wait_badge);
	if (sender->in_call) {
		reply_take_caller(receiver->reply, sender, endpoint);
		scheduler_donate(receiver);
	} else if (receiver->reply) {
		reply_disarm(receiver->reply);
	}
	return KN_OK;
}

/* A queued receiver has got something. */
static void finish_receiver(struct tcb *receiver)
{
	list_remove(&receiver->link);
	deadline_remove(&receiver->timeout);
	if (receiver->reply)
		reply_disarm(receiver->reply);
	ctx_set_status(&receiver->context, KN_OK);
}

static struct tcb *first_receiver(struct endpoint *endpoint)
{
	struct list *link = list_first(&endpoint->receivers);

	return link ? container_of(link, struct tcb, link) : nullptr;
}

/* Reservations are received first, by deadline: there are only as many as were admitted. */
static void enqueue_sender(struct endpoint *endpoint, struct tcb *sender)
{
	struct list *place = &endpoint->senders;

	if (sender->sched_context->is_reservation) {
		do
			place = place->next;
		while (place != &endpoint->senders && !sched_context_is_before(
			sender->sched_context, container_of(place, struct tcb, link)->sched_context));
	}
	list_append(place, &sender->link);
}

/* A caller with a reservation waits for who serves a call here: the first of the server's threads
 * that does, among so many. */
#define LEND_LOOKS 256

static void lend(struct tcb *sender, struct endpoint *endpoint)
{
	if (!sender->in_call || sender->in_fault || !sender->sched_context->is_reservation)
		return;
	struct list *link = endpoint->replies.next;

	for (unsigned looks = 0; link != &endpoint->replies && looks < LEND_LOOKS; link = link->next, looks++) {
		struct reply *reply = container_of(link, struct reply, endpoint_link);

		if (reply->caller && reply->receiver)
			return scheduler_lend(sender, reply->receiver);
	}
}

/* Hand the sender's message to a waiting receiver, or queue the sender. The sender's wait_badge,
 * in_call and in_fault are set. */
static kn_status send(struct tcb *sender, struct endpoint *endpoint, kn_time deadline)
{
	struct tcb *receiver = first_receiver(endpoint);

	if (!receiver) {
		if (deadline == KN_TIME_POLL)
			return KN_E_WOULD_BLOCK;
		enqueue_sender(endpoint, sender);
		thread_block(sender, THREAD_SENDING, deadline);
		lend(sender, endpoint);
		return KN_BLOCKED;
	}
	TRY(deliver(sender, receiver, endpoint));
	finish_receiver(receiver);
	if (!sender->in_call) {
		thread_wake(receiver);
		return KN_OK;
	}
	thread_block(sender, THREAD_WAITING_REPLY, deadline);
	thread_wake_here(receiver);
	return KN_BLOCKED;
}

kn_status ipc_send(struct tcb *sender, struct slot *slot, kn_time deadline, bool is_call)
{
	uint64_t info = ctx_info(&sender->context);

	if (!(slot->cap.rights & (is_call ? KN_RIGHT_CALL : KN_RIGHT_SEND)))
		return KN_E_RIGHTS;
	TRY(check_message(sender, info));
	if (is_forged(info))
		return KN_E_BAD_MESSAGE;
	if (is_call && deadline == KN_TIME_POLL)
		return KN_E_WOULD_BLOCK;
	sender->wait_badge = slot->cap.badge;
	sender->in_call = is_call;
	return send(sender, slot_object(slot, endpoint), deadline);
}

void ipc_send_fault(struct tcb *thread, struct endpoint *endpoint, uint64_t badge)
{
	thread->wait_badge = badge;
	thread->in_call = true;
	thread->in_fault = true;
	kn_status status = send(thread, endpoint, KN_TIME_FOREVER);

	if (status != KN_BLOCKED) {
		thread->in_fault = false;
		fault_refused(thread, status);
	}
}

/* ---- receiving ---- */

static void take_event(struct endpoint *endpoint, struct tcb *receiver)
{
	struct arch_context *context = &receiver->context;
	struct list *link = list_first(&endpoint->orphans);

	if (link) {
		struct slot *orphan = container_of(link, struct slot, orphan_link);

		endpoint_orphan_dequeue(orphan);
		ctx_set_badge(context, orphan->cap.badge);
		ctx_set_word(context, 0, 0);
		ctx_set_info(context, kn_info(KN_LABEL_ORPHAN, 0, 0));
		return;
	}
	struct reply *reply = container_of(list_take_first(&endpoint->cancels), struct reply, cancel_link);

	ctx_set_badge(context, 0);
	ctx_set_word(context, 0, reply->slot_address);
	ctx_set_info(context, kn_info(KN_LABEL_CANCEL, 0, 1));
}

static void take_signal(struct tcb *receiver)
{
	notification_take(receiver->bound_notification, receiver, kn_info(KN_LABEL_SIGNAL, 0, 0));
}

void ipc_deliver_event(struct endpoint *endpoint)
{
	struct tcb *receiver = first_receiver(endpoint);

	if (!receiver)
		return;
	take_event(endpoint, receiver);
	finish_receiver(receiver);
	thread_wake(receiver);
}

void ipc_deliver_signal(struct tcb *receiver)
{
	take_signal(receiver);
	finish_receiver(receiver);
	thread_wake(receiver);
}

void ipc_fail(struct tcb *thread, kn_status status)
{
	list_remove(&thread->link);
	deadline_remove(&thread->timeout);
	scheduler_end_loan(thread);
	if (thread->in_fault) {
		thread->in_fault = false;
		thread->state = THREAD_INACTIVE;
		fault_refused(thread, status);
	} else {
		ctx_set_status(&thread->context, status);
		thread_wake(thread);
	}
}

/* Take the first queued message that can be delivered. KN_E_WOULD_BLOCK: none. `receiver` has armed
 * its reply object. */
static kn_status take_sender(struct endpoint *endpoint, struct tcb *receiver)
{
	struct list *link;

	while ((link = list_first(&endpoint->senders))) {
		struct tcb *sender = container_of(link, struct tcb, link);
		kn_status status = deliver(sender, receiver, endpoint);

		if (status == KN_OK) {
			list_remove(&sender->link);
			scheduler_end_loan(sender);
			if (!sender->in_call) {
				deadline_remove(&sender->timeout);
				ctx_set_status(&sender->context, KN_OK);
				thread_wake(sender);
			}
			return KN_OK;
		}
		/* The message could not be delivered: its sender's error. */
		ipc_fail(sender, status);
		if (work_step(30))
			return KN_RESTART;
	}
	return KN_E_WOULD_BLOCK;
}

static kn_status find_reply(const struct tcb *thread, kn_cap address, struct reply **reply)
{
	struct slot *slot;

	if (address == KN_CAP_NONE) {
		*reply = nullptr;
		return KN_OK;
	}
	TRY(cspace_find(thread, address, KN_TYPE_REPLY, KN_RIGHT_REPLY, &slot));
	*reply = slot_object(slot, reply);
	return KN_OK;
}

/* What receiving needs; `reply` is null for KN_CAP_NONE. */
static kn_status check_receive(
    const struct tcb *receiver, const struct slot *slot, kn_cap address, struct reply **reply)
{
	return slot->cap.rights & KN_RIGHT_RECV ? find_reply(receiver, address, reply) : KN_E_RIGHTS;
}

static kn_status receive(struct tcb *receiver, struct endpoint *endpoint, struct reply *reply,
    kn_cap reply_address, kn_time deadline)
{
	if (reply && !reply_is_free(reply))
		return KN_E_BUSY;
	scheduler_go_home(receiver);
	if (endpoint_has_events(endpoint)) {
		take_event(endpoint, receiver);
		return KN_OK;
	}
	if (receiver->bound_notification && receiver->bound_notification->bits) {
		take_signal(receiver);
		return KN_OK;
	}
	if (reply)
		reply_arm(reply, receiver, reply_address);
	kn_status status = take_sender(endpoint, receiver);

	if (status == KN_E_WOULD_BLOCK && deadline != KN_TIME_POLL) {
		list_append(&endpoint->receivers, &receiver->link);
		thread_block(receiver, THREAD_RECEIVING, deadline);
		return KN_BLOCKED;
	}
	if (receiver->reply)
		reply_disarm(receiver->reply);
	return status;
}

kn_status ipc_receive(struct tcb *receiver, struct slot *slot, kn_cap reply_address, kn_time deadline)
{
	struct reply *reply;

	TRY(check_receive(receiver, slot, reply_address, &reply));
	return receive(receiver, slot_object(slot, endpoint), reply, reply_address, deadline);
}

kn_status ipc_wait(struct tcb *thread, struct notification *notification, kn_time deadline)
{
	if (notification->bits) {
		notification_take(notification, thread, 0);
		return KN_OK;
	}
	if (deadline == KN_TIME_POLL)
		return KN_E_WOULD_BLOCK;
	list_append(&notification->waiters, &thread->link);
	thread_block(thread, THREAD_WAITING_SIGNAL, deadline);
	return KN_BLOCKED;
}

/* ---- answering ---- */

/* Answer the caller in `reply`. `stays`: the replier goes on running, so the caller may be better
 * placed elsewhere. */
static kn_status answer(struct tcb *replier, struct reply *reply, bool stays)
{
	struct tcb *caller = reply->caller;
	uint64_t info = ctx_info(&replier->context);

	if (!caller)
		return KN_E_PEER_GONE;
	TRY(check_message(replier, info));
	if (caller->in_fault) {
		scheduler_take_back(reply);
		reply_release_caller(reply);
		if (kn_info_status(info) != KN_OK) {
			ipc_fail(caller, kn_info_status(info));
			return KN_OK;
		}
		caller->in_fault = false;
	} else {
		TRY(copy_message(replier, caller, nullptr));
		kernel_stats.ipc_slow++;
		scheduler_take_back(reply);
		reply_release_caller(reply);
		ctx_set_badge(&caller->context, 0);
		ctx_set_status(&caller->context, KN_OK);
	}
	if (stays)
		thread_wake(caller);
	else
		thread_wake_here(caller);
	return KN_OK;
}

kn_status ipc_reply(struct tcb *replier, kn_cap address)
{
	struct reply *reply;

	TRY(find_reply(replier, address, &reply));
	return reply ? answer(replier, reply, true) : KN_E_INVALID_CAP;
}

kn_status ipc_reply_receive(struct tcb *thread, struct slot *slot, kn_cap address, kn_time deadline)
{
	struct endpoint *endpoint = slot_object(slot, endpoint);
	struct reply *reply;

	TRY(check_receive(thread, slot, address, &reply));
	if (reply) {
		kn_status status = answer(thread, reply, !list_is_empty(&endpoint->senders));

		/* A caller that has gone away needs no answer. */
		if (status != KN_OK && status != KN_E_PEER_GONE)
			return status;
	}
	return receive(thread, endpoint, reply, address, deadline);
}
