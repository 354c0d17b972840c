/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug.check(): is the kernel whole? Everything that has a capability is visited by a walk over the derivation tree; what is
 * counted on the way is compared with the counts that the kernel keeps: capabilities with an object's references, owners of
 * user pages with their frames' counts, free lists with a pool's number of free frames. Waiting threads, and what they wait
 * for, must agree about each other. Panics on the first thing that does not.
 */
#include "core/self_check.h"

#include "core/scheduler.h"
#include "mm/page_table.h"
#include "object/derivation.h"
#include "object/endpoint.h"
#include "object/memory_object.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/reaper.h"
#include "object/reply.h"

static void count_owner(paddr_t frame)
{
	invariant(frame_of(frame)->kind == FRAME_USER);
	frame_of(frame)->owners++;
}

static void check_vspace(struct vspace *space)
{
	struct leaf_walk walk = {.end = KN_USER_MAX};
	uint64_t committed = 0;

	while (space->tables.root.raw != 0 && leaf_walk_next(&walk, space)) {
		for (unsigned i = walk.first; i < walk.last; i++) {
			if (pte_is_private(walk.leaf[i])) {
				count_owner(pte_paddr(walk.leaf[i]));
				committed++;
			}
		}
	}
	invariant(space->committed == committed);
}

static void check_memory_object(struct memory_object *object)
{
	uint64_t page = 0, committed = 0, regions = 0;

	for (pte_t *entry; (entry = page_map_next(&object->map, &page, PAGE_MAP_MAX_PAGES)); page++) {
		if (entry->raw & PAGE_PRESENT) {
			count_owner(page_entry_frame(*entry));
			committed++;
		}
	}
	invariant(object->committed == committed);
	list_each (link, &object->regions) {
		invariant(container_of(link, struct region, object_link)->object == object);
		regions++;
	}
	invariant(object->region_count == regions);
}

static uint64_t count_free(uint32_t head, const struct frame_home *home)
{
	uint64_t count = 0;

	for (; head != 0; head = frame_table[head - 1].next, count++)
		invariant(frame_table[head - 1].kind == FRAME_POOL_FREE && frame_table[head - 1].home == home);
	return count;
}

static void check_pool(const struct pool *pool)
{
	uint64_t free = count_free(pool->home.dirty, &pool->home) + count_free(pool->home.zeroed, &pool->home);

	list_each (link, &pool->ranges) {
		const struct pool_range *range = container_of(link, struct pool_range, link);

		free += range->pages - range->taken;
	}
	invariant(pool->is_emptying || pool->home.free == free);
}

static void check_thread(const struct tcb *thread)
{
	switch (thread->state) {
	case THREAD_READY:
		invariant(thread_is_current(thread) != (thread->run.kind == DEADLINE_RUN ||
						    thread->timeout.kind == DEADLINE_BUDGET));
		invariant(thread->vspace && thread->cspace && !list_is_linked(&thread->link));
		break;
	case THREAD_WAITING_REPLY:
		invariant(thread->reply && thread->reply->caller == thread);
		break;
	case THREAD_SENDING:
	case THREAD_RECEIVING:
	case THREAD_WAITING_SIGNAL:
	case THREAD_WAITING_ADDRESS:
		invariant(list_is_linked(&thread->link));
		break;
	default:
		invariant(!list_is_linked(&thread->link) && thread->run.kind == DEADLINE_NONE);
		break;
	}
	/* Nobody has a capability to the object that init's buffer is in. */
	if (thread->ipc_object && thread->ipc_object->object.references == 0)
		check_memory_object(thread->ipc_object);
	invariant(!thread->bound_notification || thread->bound_notification->bound == thread);
}

static void check_queue(const struct list *queue, enum thread_state state)
{
	list_each (link, queue)
		invariant(container_of(link, struct tcb, link)->state == state);
}

static void check_reply(const struct reply *reply)
{
	if (reply->caller)
		invariant(reply->caller->state == THREAD_WAITING_REPLY && reply->caller->reply == reply);
	if (reply->receiver && !reply->caller)
		invariant(reply->receiver->state == THREAD_RECEIVING && reply->receiver->reply == reply);
	invariant(!reply->caller || !reply->receiver || reply->receiver->donor == reply);
}

static void check_object(struct object *object)
{
	switch (object->type) {
	case KN_TYPE_TCB:
		return check_thread(container_of(object, struct tcb, object));
	case KN_TYPE_ENDPOINT: {
		const struct endpoint *endpoint = container_of(object, struct endpoint, object);

		check_queue(&endpoint->senders, THREAD_SENDING);
		check_queue(&endpoint->receivers, THREAD_RECEIVING);
		invariant(list_is_empty(&endpoint->senders) || list_is_empty(&endpoint->receivers));
		return;
	}
	case KN_TYPE_NOTIFICATION: {
		const struct notification *notification = container_of(object, struct notification, object);

		check_queue(&notification->waiters, THREAD_WAITING_SIGNAL);
		invariant(notification->bits == 0 || list_is_empty(&notification->waiters));
		return;
	}
	case KN_TYPE_REPLY:
		return check_reply(container_of(object, struct reply, object));
	case KN_TYPE_VSPACE:
		return check_vspace(container_of(object, struct vspace, object));
	case KN_TYPE_MEMORY_OBJECT:
		return check_memory_object(container_of(object, struct memory_object, object));
	case KN_TYPE_POOL:
		return check_pool(container_of(object, struct pool, object));
	default:
		return;
	}
}

static bool has_counted_object(const struct slot *slot)
{
	return slot->cap.type != KN_TYPE_UNTYPED && !(slot->cap.flags & SLOT_INTERNAL);
}

/* Capabilities are counted modulo 256, which finds what counting by one too many or too few does. */
static void visit(struct slot *slot)
{
	struct object *object = slot->cap.object;

	if (!has_counted_object(slot))
		return;
	if (!object->is_visited) {
		object->is_visited = true;
		check_object(object);
	}
	object->capabilities++;
}

static void compare(struct slot *slot)
{
	struct object *object = slot->cap.object;

	if (!has_counted_object(slot) || !object->is_visited)
		return;
	/* The kernel itself holds init's CNode. */
	uint8_t held = (uint8_t)(object->references - object->capabilities);

	invariant(held == 0 || (held == 1 && object->type == KN_TYPE_CNODE));
	object->capabilities = 0;
	object->is_visited = false;
}

static uint64_t check_frames(void)
{
	uint64_t owned = 0;
	/* Objects on their way out own frames, but no capability leads to them. */
	bool is_complete = reaper_is_empty();

	for (uint64_t i = 0; i < frame_count; i++) {
		struct frame *frame = &frame_table[i];

		if (frame->kind <= FRAME_UNTYPED)
			continue;
		invariant(frame->home != nullptr);
		if (frame->kind == FRAME_USER)
			invariant(frame->count > 0 && (!is_complete || (uint16_t)frame->count == frame->owners));
		else
			invariant(frame->owners == 0);
		invariant(frame->kind != FRAME_TABLE || frame->count <= TABLE_ENTRIES);
		frame->owners = 0;
		owned++;
	}
	return owned;
}

uint64_t kernel_check(void)
{
	uint64_t checked = derivation_check(visit);

	(void)derivation_check(compare);
	return checked + scheduler_check() + check_frames();
}
