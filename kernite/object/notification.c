/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications. Bits are delivered to a waiting thread first, else to the bound thread's receive,
 * else kept. */
#include "object/notification.h"

#include "core/scheduler.h"
#include "core/work.h"
#include "gen/notification_ops.h"
#include "ipc/transfer.h"

void notification_init(struct object *object)
{
	struct notification *notification = container_of(object, struct notification, object);

	list_init(&notification->waiters);
	list_init(&notification->sources);
}

void notification_unbind(struct notification *notification)
{
	if (notification->bound) {
		notification->bound->bound_notification = nullptr;
		notification->bound = nullptr;
	}
}

kn_status notification_destroy(struct object *object)
{
	struct notification *self = container_of(object, struct notification, object);
	struct list *link;

	notification_unbind(self);
	while ((link = list_first(&self->waiters))) {
		struct tcb *thread = container_of(link, struct tcb, link);

		thread_cancel_wait(thread, KN_E_PEER_GONE);
		thread_wake(thread);
		if (work_step(20))
			return KN_RESTART;
	}
	while ((link = list_first(&self->sources))) {
		signal_source_detach(container_of(link, struct signal_source, link));
		if (work_step(4))
			return KN_RESTART;
	}
	return KN_OK;
}

void notification_take(struct notification *notification, struct tcb *thread, uint64_t info)
{
	ctx_set_badge(&thread->context, notification->bits);
	ctx_set_info(&thread->context, info);
	notification->bits = 0;
}

void notification_signal(struct notification *notification, uint64_t bits)
{
	struct list *link = list_take_first(&notification->waiters);

	notification->bits |= bits;
	if (link) {
		struct tcb *thread = container_of(link, struct tcb, link);

		deadline_remove(&thread->timeout);
		ctx_set_status(&thread->context, KN_OK);
		notification_take(notification, thread, 0);
		thread_wake(thread);
	} else if (notification->bits && notification->bound && notification->bound->state == THREAD_RECEIVING) {
		ipc_deliver_signal(notification->bound);
	}
}

void signal_source_attach(struct signal_source *source, const struct slot *slot, uint64_t default_bits)
{
	source->target = slot_object(slot, notification);
	source->bits = slot->cap.badge ? slot->cap.badge : default_bits;
	list_append(&source->target->sources, &source->link);
}

void signal_source_detach(struct signal_source *source)
{
	if (source->target) {
		list_remove(&source->link);
		source->target = nullptr;
	}
}

void signal_source_fire(struct signal_source *source)
{
	if (source->target)
		notification_signal(source->target, source->bits);
}

kn_status notification_peek(struct notification *self, struct notification_peek_out *out)
{
	out->bits = self->bits;
	return KN_OK;
}
