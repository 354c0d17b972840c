/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A synchronous message port. Senders and receivers queue here by tcb.link, never both kinds at
 * once. Events of the kernel's own (orphaned badges, cancelled calls) are received before senders;
 * their queue links are in the slots and reply objects they are about, so queueing them cannot
 * fail.
 */
#pragma once

#include "object/object.h"

struct reply;

struct endpoint {
	struct object object;
	struct list senders, receivers;
	struct list orphans; /* slots with SLOT_ORPHANED, by orphan_link */
	struct list cancels; /* reply objects, by cancel_link */
	struct list replies; /* reply objects whose call came in here, by endpoint_link */
};

static inline bool endpoint_has_events(const struct endpoint *endpoint)
{
	return !list_is_empty(&endpoint->orphans) || !list_is_empty(&endpoint->cancels);
}

/* The watched slot (an endpoint capability) has lost its last child. */
void endpoint_orphan_queue(struct slot *slot);
/* It has got one again, moves, or goes away. */
void endpoint_orphan_dequeue(struct slot *slot);
/* A CANCEL about `reply` for whoever receives here. */
void endpoint_cancel_queue(struct endpoint *endpoint, struct reply *reply);
