/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reaper (reaper.h): a queue of objects without capabilities. An object whose destroy must wait
 * (a thread that runs on another CPU) goes to the end of the queue, so that others are not held up.
 */
#include "object/reaper.h"

#include "core/poison.h"
#include "core/trace.h"
#include "core/work.h"

struct list reaper_queue = {&reaper_queue, &reaper_queue};

void reaper_add(struct object *object)
{
	object->is_dying = true;
	list_append(&reaper_queue, &object->reaper);
}

kn_status reaper_drain(void)
{
	struct list *link;

	while ((link = list_first(&reaper_queue))) {
		struct object *object = container_of(link, struct object, reaper);

		/* A CNode's own capabilities to itself go while it empties its slots; it stays
		 * queued meanwhile. */
		if (object_classes[object->type].destroy(object) != KN_OK) {
			list_remove(link);
			list_append(&reaper_queue, link);
			return KN_RESTART;
		}
		invariant(object->references == 0);
		list_remove(link);
		object_counts[object->type]--;
		trace(TRACE_DESTROY, object->type, (uint64_t)object, 0, 0);
		poison_fill((char *)object - object_classes[object->type].object_offset, 1ull << object->size_bits);
		if (work_step(30) && !list_is_empty(&reaper_queue))
			return KN_RESTART;
	}
	return KN_OK;
}
