/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leftist heaps: O(log n) insertion and removal in the worst case, no allocation. Run queues are such heaps,
 * and so is everything that must happen at a time (ends of waits, timers, replenishments): one for
 * the machine, under the kernel lock.
 *
 * For the latter, the hardware timer of some CPU is always armed at or before the earliest deadline: whoever
 * inserts a new earliest one arms its own; whoever's timer fires re-arms for what is left. Removal
 * leaves the hardware alone (a spurious interrupt is cheaper).
 */
#pragma once

#include "kernite/types.h"

enum deadline_kind : uint8_t {
	DEADLINE_NONE,  /* not queued */
	DEADLINE_WAIT,  /* a thread's wait */
	DEADLINE_TIMER, /* a timer object */
	DEADLINE_BUDGET, /* a thread waits for its scheduling context's next period */
	DEADLINE_RUN,    /* in a run queue */
};

struct deadline {
	kn_time when;
	struct deadline *left, *right; /* left's rank is not below right's */
	struct deadline *parent;
	enum deadline_kind kind;
	uint8_t rank;  /* nodes below it on the way down to the right: at least 2^(rank + 1) - 1 are in this heap */
	uint16_t band; /* run queues: lower ones first, whatever `when` says */
};

/* Is a to come out before b? `when` may wrap around, so no two may be 2^63 apart. */
static inline bool deadline_is_before(const struct deadline *a, const struct deadline *b)
{
	return a->band != b->band ? a->band < b->band : (int64_t)(a->when - b->when) < 0;
}

/* heap_insert() where others are. */
void heap_add(struct deadline **heap, struct deadline *node);
/* heap_remove() of any node. */
void heap_unlink(struct deadline **heap, struct deadline *node);

/* `node` has its `when`, `kind` and `band` and is in no heap: all else is zero. */
static inline void heap_insert(struct deadline **heap, struct deadline *node)
{
	if (*heap)
		heap_add(heap, node);
	else
		*heap = node;
}

/* `node` is in this heap; its kind is DEADLINE_NONE afterwards. */
static inline void heap_remove(struct deadline **heap, struct deadline *node)
{
	node->kind = DEADLINE_NONE;
	/* Run queues are short: most often it is alone. */
	if (node == *heap && !node->left)
		*heap = nullptr;
	else
		heap_unlink(heap, node);
}

/* The node after this one, starting from the heap's first, each once, parents before children. */
struct deadline *heap_next(struct deadline *node);

/* The earliest, or null. */
struct deadline *deadline_first(void);
/* Queue a deadline that is not queued, and arm this CPU's timer if it is the earliest now. */
void deadline_insert(struct deadline *deadline, enum deadline_kind kind, kn_time when);
/* deadline_remove() of one that is queued. */
void deadline_unlink(struct deadline *deadline);
/* Harmless when not queued. */
static inline void deadline_remove(struct deadline *deadline)
{
	if (deadline->kind != DEADLINE_NONE)
		deadline_unlink(deadline);
}
