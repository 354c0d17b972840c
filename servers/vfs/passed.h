/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors under way in a socket's stream: each with the position where it was sent. The queue holds them (description_hold). */
#pragma once

#include "description.h"

struct passed {
	struct passed *next;
	struct description *description;
	uint64_t position;
};

struct passed_queue {
	struct passed *first, *last;
	unsigned count;
};

/* NO_MEMORY, or WOULD_BLOCK when too many are under way. */
[[nodiscard]] kn_status passed_put(struct passed_queue *queue, struct description *description, uint64_t position);
/* Remove the first; what held it is the caller's now. */
struct description *passed_take(struct passed_queue *queue);
/* Let go of all. */
void passed_drop(struct passed_queue *queue);
void passed_visit(const struct passed_queue *queue, void (*visit)(struct description *description));
