/* SPDX-License-Identifier: BSD-2-Clause */
/* Leftist heaps (Crane 1972; Knuth, The Art of Computer Programming, volume 3, 5.2.3). */
#include "core/deadline.h"

#include "core/scheduler.h"

/* 73 years: later ones are as good as never. */
#define LATEST (1ull << 61)

static struct deadline *root;

/* Of nothing -1. */
static int rank_of(const struct deadline *node)
{
	return node ? node->rank : -1;
}

/* Down along the right sides of both, which are as long as their ranks, and up again for the ranks; further up, where a rank that
 * changes is one more at each node. */
static void meld(struct deadline **place, struct deadline *above, struct deadline *b)
{
	struct deadline *a = *place, *node = above;

	for (; a && b; a = a->right) {
		if (deadline_is_before(b, a)) {
			struct deadline *first = b;

			b = a;
			a = first;
		}
		*place = a;
		a->parent = node;
		node = a;
		place = &a->right;
	}
	*place = a ? a : b;
	if (*place)
		(*place)->parent = node;

	for (bool is_melded = true; node; node = node->parent) {
		struct deadline *right = node->right;

		is_melded &= node != above;
		if (rank_of(node->left) < rank_of(right)) {
			node->right = node->left;
			node->left = right;
		}
		const int rank = rank_of(node->right) + 1;
		if (!is_melded && node->rank == rank)
			return;
		node->rank = (uint8_t)rank;
	}
}

void heap_add(struct deadline **heap, struct deadline *node)
{
	struct deadline *first = *heap;

	if (deadline_is_before(node, first)) {
		node->left = first;
		first->parent = *heap = node;
	} else {
		meld(first->left ? &first->right : &first->left, first, node);
	}
}

void heap_unlink(struct deadline **heap, struct deadline *node)
{
	struct deadline *above = node->parent;
	struct deadline **place = !above ? heap : above->left == node ? &above->left : &above->right;

	*place = node->left;
	meld(place, above, node->right);
	node->left = node->right = node->parent = nullptr;
	node->rank = 0;
}

struct deadline *heap_next(struct deadline *node)
{
	struct deadline *above;

	if (node->left)
		return node->left;
	while ((above = node->parent) && (node == above->right || !above->right))
		node = above;
	return above ? above->right : nullptr;
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
