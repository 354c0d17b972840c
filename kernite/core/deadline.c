/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pairing heaps (Fredman, Sedgewick, Sleator, Tarjan 1986). Children of a node are a
 * list linked by next and prev; the first child's prev is the parent. The two-pass merge is
 * iterative.
 */
#include "core/deadline.h"

#include "core/scheduler.h"

/* 73 years: later ones are as good as never. */
#define LATEST (1ull << 61)

static struct deadline *root;

struct deadline *heap_meld(struct deadline *a, struct deadline *b)
{
	if (deadline_is_before(b, a))
		return heap_meld(b, a);
	b->prev = a;
	b->next = a->child;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	a->next = a->prev = nullptr;
	return a;
}

/* Merge a list of siblings into one heap: pairs from the left, then all from the right. Melding sets the links of both. */
static struct deadline *merge_pairs(struct deadline *list)
{
	struct deadline *pairs = nullptr, *result = nullptr;

	while (list) {
		struct deadline *a = list, *b = a->next;

		list = b ? b->next : nullptr;
		if (b)
			a = heap_meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct deadline *next = pairs->next;

		result = result ? heap_meld(result, pairs) : pairs;
		pairs = next;
	}
	if (result)
		result->next = result->prev = nullptr;
	return result;
}

void heap_unlink(struct deadline **heap, struct deadline *node)
{
	struct deadline *rest = node->child;

	if (rest && rest->next)
		rest = merge_pairs(rest);
	else if (rest)
		rest->prev = nullptr;

	if (node == *heap) {
		*heap = rest;
		return;
	}
	if (node->prev->child == node)
		node->prev->child = node->next;
	else
		node->prev->next = node->next;
	if (node->next)
		node->next->prev = node->prev;
	if (rest)
		*heap = heap_meld(*heap, rest);
}

struct deadline *heap_next(struct deadline *node)
{
	if (node->child)
		return node->child;
	while (node && !node->next) {
		/* To the first of the siblings, and from there to the parent. */
		while (node->prev && node->prev->child != node)
			node = node->prev;
		node = node->prev;
	}
	return node ? node->next : nullptr;
}

struct deadline *deadline_first(void)
{
	return root;
}

void deadline_insert(struct deadline *deadline, enum deadline_kind kind, kn_time when)
{
	deadline->when = when < LATEST ? when : LATEST;
	deadline->kind = kind;
	deadline->band = 0;
	heap_insert(&root, deadline);
	if (root == deadline)
		scheduler_arm(this_cpu(), when);
}

void deadline_unlink(struct deadline *deadline)
{
	heap_remove(&root, deadline);
}
