/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply objects (reply.h). */
#include "object/reply.h"

#include "core/scheduler.h"
#include "gen/reply_ops.h"
#include "ipc/transfer.h"
#include "object/endpoint.h"

void reply_init(struct object *object)
{
	struct reply *reply = container_of(object, struct reply, object);

	list_init(&reply->endpoint_link);
	list_init(&reply->cancel_link);
}

void reply_request_cancel(struct reply *reply)
{
	if (reply->cancel_requested)
		return;
	reply->cancel_requested = true;
	if (reply->endpoint)
		endpoint_cancel_queue(reply->endpoint, reply);
}

void reply_lose_caller(struct reply *reply)
{
	struct tcb *caller = reply->caller;

	/* The endpoint stays known: the event may wait there until the reply object is used again.
	 */
	reply_request_cancel(reply);
	scheduler_take_back(reply);
	reply->caller = nullptr;
	caller->reply = nullptr;
}

/* The caller will never get an answer. */
static void abandon(struct reply *reply)
{
	if (!reply->caller)
		return;
	scheduler_take_back(reply);
	ipc_fail(reply_release_caller(reply), KN_E_PEER_GONE);
}

kn_status reply_destroy(struct object *object)
{
	struct reply *reply = container_of(object, struct reply, object);

	abandon(reply);
	if (reply->receiver)
		reply_disarm(reply);
	list_remove(&reply->cancel_link);
	list_remove(&reply->endpoint_link);
	return KN_OK;
}

kn_status reply_abandon(struct reply *self)
{
	abandon(self);
	return KN_OK;
}

kn_status reply_info(struct reply *self, struct reply_info_out *out)
{
	out->has_caller = self->caller != nullptr;
	out->cancel_requested = self->caller && self->cancel_requested;
	return KN_OK;
}
