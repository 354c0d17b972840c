/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one-shot right to answer one call. A reply object is free, armed (a thread that receives with
 * it waits for a caller) or holds a caller. It remembers the endpoint the call came through, for
 * CANCEL.
 */
#pragma once

#include "object/endpoint.h"
#include "object/tcb.h"

struct reply {
	struct object object;
	struct tcb *caller;        /* in THREAD_WAITING_REPLY, or null */
	struct tcb *receiver;      /* armed: in THREAD_RECEIVING, or null; with a caller: who runs on
				      its time (its `donor` is this), or null */
	struct endpoint *endpoint; /* where the last call came in; null: it is gone, or none did */
	struct list endpoint_link; /* in endpoint->replies while `endpoint` is set */
	struct list cancel_link;   /* in endpoint->cancels while a CANCEL waits to be received */
	uint64_t slot_address;     /* what the receiver called it: word 0 of CANCEL */
	bool cancel_requested;
};

/* No caller and no receiver. */
static inline bool reply_is_free(const struct reply *reply)
{
	return !reply->caller && !reply->receiver;
}

/* The thread receives with it from now on (blocked or about to take a sender). Inline, as all of
 * the fast path. */
[[gnu::always_inline]] static inline void reply_arm(
    struct reply *reply, struct tcb *receiver, uint64_t slot_address)
{
	/* Of a caller that has gone: its CANCEL would name the wrong call from now on. */
	if (reply->cancel_requested) {
		list_remove(&reply->cancel_link);
		reply->cancel_requested = false;
	}
	reply->receiver = receiver;
	reply->slot_address = slot_address;
	receiver->reply = reply;
}

static inline void reply_disarm(struct reply *reply)
{
	reply->receiver->reply = nullptr;
	reply->receiver = nullptr;
}

/* The armed reply object takes the caller, which came through `endpoint`. The receiver still has to
 * get the caller's context. */
[[gnu::always_inline]] static inline void reply_take_caller(
    struct reply *reply, struct tcb *caller, struct endpoint *endpoint)
{
	reply->receiver->reply = nullptr;
	reply->receiver->donor = reply;
	reply->caller = caller;
	/* It stays with its endpoint between calls: most serve only one. */
	if (reply->endpoint != endpoint) {
		list_remove(&reply->endpoint_link);
		list_append(&endpoint->replies, &reply->endpoint_link);
		reply->endpoint = endpoint;
	}
	caller->reply = reply;
	caller->state = THREAD_WAITING_REPLY;
}

/* The caller gets its answer now: free again. Returns it (it is in no state to run yet). */
[[gnu::always_inline]] static inline struct tcb *reply_release_caller(struct reply *reply)
{
	struct tcb *caller = reply->caller;

	if (reply->cancel_requested) {
		list_remove(&reply->cancel_link);
		reply->cancel_requested = false;
	}
	reply->caller = nullptr;
	caller->reply = nullptr;
	deadline_remove(&caller->timeout);
	return caller;
}

/* The caller goes away by itself (deadline, suspension): its server gets CANCEL. */
void reply_lose_caller(struct reply *reply);
/* The caller would like to have its call back: its server gets CANCEL. */
void reply_request_cancel(struct reply *reply);
