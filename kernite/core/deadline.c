/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986) of deadlines. Children of a node are a
 * list linked by next and prev; the first child's prev is the parent. The two-pass merge is
 * iterative.
 */
#include "core/deadline.h"

#include "core/scheduler.h"

static struct deadline *root;

static struct deadline *meld(struct deadline *a, struct deadline *b)
{
	if (!a)
		return b;
	if (!b)
		return a;
	if (b->when < a->when) {
		struct deadline *swap = a;

		a = b;
		b = swap;
	}
	b->prev = a;
	b->next = a->child;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	a->next = nullptr;
	a->prev = nullptr;
	return a;
}

/* Merge a list of siblings into one heap: pairs from the left, then all from the right. */
static struct deadline *merge_pairs(struct deadline *list)
{
	struct deadline *pairs = nullptr, *result = nullptr;

	while (list) {
		struct deadline *a = list, *b = a->next;

		list = b ? b->next : nullptr;
		a->next = nullptr;
		if (b)
			b->next = nullptr;
		a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct deadline *next = pairs->next;

		pairs->next = nullptr;
		result = meld(result, pairs);
		pairs = next;
	}
	if (result) {
		result->prev = nullptr;
		result->next = nullptr;
	}
	return result;
}

struct deadline *deadline_first(void)
{
	return root;
}

void deadline_insert(struct deadline *deadline, enum deadline_kind kind, kn_time when)
{
	*deadline = (struct deadline){.when = when, .kind = kind};
	root = meld(root, deadline);
	if (root == deadline)
		scheduler_arm(this_cpu(), when);
}

void deadline_remove(struct deadline *deadline)
{
	if (deadline->kind == DEADLINE_NONE)
		return;
	struct deadline *rest = merge_pairs(deadline->child);

	if (deadline == root) {
		root = rest;
	} else {
		if (deadline->prev->child == deadline)
			deadline->prev->child = deadline->next;
		else
			deadline->prev->next = deadline->next;
		if (deadline->next)
			deadline->next->prev = deadline->prev;
		root = meld(root, rest);
	}
	*deadline = (struct deadline){.when = deadline->when};
}
