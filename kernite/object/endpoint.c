/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints: queues and events. How messages move is in ipc/transfer.c. */
#include "object/endpoint.h"

#include "core/work.h"
#include "gen/endpoint_ops.h"
#include "ipc/transfer.h"
#include "object/reply.h"

void endpoint_init(struct object *object)
{
	struct endpoint *endpoint = container_of(object, struct endpoint, object);

	list_init(&endpoint->senders);
	list_init(&endpoint->receivers);
	list_init(&endpoint->orphans);
	list_init(&endpoint->cancels);
	list_init(&endpoint->replies);
}

kn_status endpoint_destroy(struct object *object)
{
	struct endpoint *self = container_of(object, struct endpoint, object);
	struct list *link;

	/* No capability is left, so neither is a watched slot. */
	invariant(list_is_empty(&self->orphans));
	while ((link = list_first(&self->senders)) || (link = list_first(&self->receivers))) {
		struct tcb *thread = container_of(link, struct tcb, link);

		if (thread->state == THREAD_RECEIVING && thread->reply)
			reply_disarm(thread->reply);
		ipc_fail(thread, KN_E_PEER_GONE);
		if (work_step(20))
			return KN_RESTART;
	}
	/* Calls that were taken are still answered through their reply objects. */
	while ((link = list_take_first(&self->replies))) {
		struct reply *reply = container_of(link, struct reply, endpoint_link);

		list_remove(&reply->cancel_link);
		reply->endpoint = nullptr;
		if (work_step(4))
			return KN_RESTART;
	}
	return KN_OK;
}

void endpoint_orphan_queue(struct slot *slot)
{
	struct endpoint *endpoint = slot_object(slot, endpoint);

	slot->cap.flags |= SLOT_ORPHANED;
	list_append(&endpoint->orphans, &slot->orphan_link);
	ipc_deliver_event(endpoint);
}

void endpoint_orphan_dequeue(struct slot *slot)
{
	list_remove(&slot->orphan_link);
	slot->child = nullptr;
	slot->last = nullptr;
	slot->cap.flags &= (uint8_t)~SLOT_ORPHANED;
}

void endpoint_cancel_queue(struct endpoint *endpoint, struct reply *reply)
{
	list_append(&endpoint->cancels, &reply->cancel_link);
	ipc_deliver_event(endpoint);
}

kn_status endpoint_cancel_badge(struct endpoint *self, const struct endpoint_cancel_badge_in *in)
{
	struct list *link = self->senders.next;

	/* A restart looks at the others again, but there are only as many as there are threads. */
	while (link != &self->senders) {
		struct tcb *thread = container_of(link, struct tcb, link);

		link = link->next;
		if (thread->wait_badge != in->badge)
			continue;
		ipc_fail(thread, KN_E_PEER_GONE);
		if (work_step(20))
			return KN_RESTART;
	}
	return KN_OK;
}
