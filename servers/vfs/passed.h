/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors under way in a socket's stream: each with the position where it was sent. The queue holds them (description_hold).
 *
 * An open terminal is another server's, which must not be called: vfs keeps a copy of its capability in a description made for the journey, of
 * which nobody ever has a capability. When that ends the copy is deleted, and if it was the last the kernel tells the terminals' server. Nothing
 * else foreign is taken: who receives a descriptor calls what he got, and whom he calls must be a server and not the sender.
 */
#pragma once

#include "description.h"
#include "trona/server.h"

struct passed {
	struct passed *next;
	struct description *description;
	struct account *account; /* the sender's */
	uint64_t position;
};

struct passed_queue {
	struct passed *first, *last;
	unsigned count;
};

/* Sent by user `uid`. NO_MEMORY, TOO_MANY_FILES when too many of his are under way, or WOULD_BLOCK when too many are in this queue. */
[[nodiscard]] kn_status passed_put(struct passed_queue *queue, uint32_t uid, struct description *description, uint64_t position);
/* A terminal's capability that came with `call` from user `uid`, for its journey; held by the caller. NOT_SUPPORTED: it is none. */
[[nodiscard]] kn_status passed_terminal(struct server_call *call, kn_cap received, uint32_t uid, struct description **made);
/* What the receiver gets. It is deleted after the answer of `call`, or (null) when the description is let go. */
kn_cap passed_give(struct description *description, struct server_call *call);
/* Remove the first; what held it is the caller's now. */
struct description *passed_take(struct passed_queue *queue);
/* Let go of the last one, if it was put there for `position`: no byte went with it. */
void passed_take_back(struct passed_queue *queue, uint64_t position);
/* Let go of all. */
void passed_drop(struct passed_queue *queue);
void passed_visit(const struct passed_queue *queue, void (*visit)(struct description *description));
