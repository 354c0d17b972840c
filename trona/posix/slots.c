/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which capability slots of the process are free. Root slots come first; further CNodes of 256
 * slots are asked from procmgr and never given back.
 */

#include "posix.h"

#include "client/procmgr.h"
#include "kn/cnode.h"

#define WORDS 4
#define ROOT_FIRST ((unsigned)PROCMGR_PROCESS_SLOT_FIRST_FREE)
#define EXTRA_MAX 16 /* what procmgr allows */
#define ROOT_RESERVE 16 /* root slots for CNodes */

static uint64_t used[1 + EXTRA_MAX][WORDS]; /* [0]: the root CNode */
static uint32_t extra_roots[1 + EXTRA_MAX];
static struct lock slots_lock;

void slots_start(void)
{
	used[0][0] = (1ull << ROOT_FIRST) - 1;
}

static kn_cap address(unsigned node, unsigned index)
{
	return (kn_cap)extra_roots[node] << 32 | index;
}

static bool locate(kn_cap slot, unsigned *node, unsigned *index)
{
	*index = (uint32_t)slot;
	for (*node = 0; *node <= EXTRA_MAX; (*node)++)
		if (extra_roots[*node] == slot >> 32 && (*node == 0 || extra_roots[*node] != 0))
			return *index < 64 * WORDS;
	return false;
}

/* `width` (1 to 3) neighbouring slots of one CNode, not among its last `reserve`. */
static kn_cap find(unsigned node, unsigned width, unsigned reserve)
{
	for (unsigned w = 0; w < WORDS; w++) {
		uint64_t free = ~used[node][w];

		if (w == WORDS - 1)
			free &= ~0ull >> reserve;
		for (unsigned i = 1; i < width; i++)
			free &= free >> 1;
		if (free == 0)
			continue;
		unsigned bit = (unsigned)__builtin_ctzll(free);
		used[node][w] |= ((1ull << width) - 1) << bit;
		return address(node, w * 64 + bit);
	}
	return KN_CAP_NONE;
}

static bool expand(void)
{
	unsigned node = 1;

	while (node <= EXTRA_MAX && extra_roots[node])
		node++;
	if (node > EXTRA_MAX)
		return false;
	kn_cap root = find(0, 1, 0);
	if (root == KN_CAP_NONE)
		return false;
	if (PERSIST(procmgr_expand_cspace(SLOT(PROCMGR), (uint32_t)root)) != KN_OK) {
		used[0][root / 64] &= ~(1ull << root % 64);
		return false;
	}
	extra_roots[node] = (uint32_t)root;
	used[node][0] |= 1; /* slot 0 of every CNode stays empty */
	return true;
}

static kn_cap take(unsigned width)
{
	kn_cap slot = KN_CAP_NONE;

	lock_take(&slots_lock);
	do {
		for (unsigned node = 0; node <= EXTRA_MAX && !slot; node++)
			if (node == 0 || extra_roots[node])
				slot = find(node, width, node == 0 ? ROOT_RESERVE : 0);
	} while (!slot && expand());
	lock_give(&slots_lock);
	return slot;
}

kn_cap slot_take(void)
{
	return take(1);
}

kn_cap slot_take_run(unsigned width)
{
	return take(width);
}

void slot_mark(kn_cap slot)
{
	unsigned node, index;

	if (locate(slot, &node, &index))
		used[node][index / 64] |= 1ull << index % 64;
}

void slot_mark_root(uint32_t root)
{
	unsigned node = 1;

	while (node <= EXTRA_MAX && extra_roots[node] && extra_roots[node] != root)
		node++;
	if (node <= EXTRA_MAX) {
		extra_roots[node] = root;
		used[node][0] |= 1;
	}
	slot_mark(root);
}

bool slot_has_root(uint32_t root)
{
	for (unsigned node = 1; node <= EXTRA_MAX; node++)
		if (extra_roots[node] == root)
			return root != 0;
	return false;
}

/* Empties the runs of slots that nobody knows of, in one CNode. */
static void clear_unknown(unsigned node)
{
	const kn_cap cnode = node == 0 ? KN_SLOT_CSPACE : extra_roots[node];
	const unsigned end = 64 * WORDS;

	for (unsigned i = node == 0 ? ROOT_FIRST : 1; i < end;) {
		if (used[node][i / 64] >> i % 64 & 1) {
			i++;
			continue;
		}
		unsigned first = i;

		while (i < end && !(used[node][i / 64] >> i % 64 & 1))
			i++;
		(void)kn_cnode_clear(cnode, first, i - first);
	}
}

void slots_clear_unknown(void)
{
	for (unsigned node = 0; node <= EXTRA_MAX; node++)
		if (node == 0 || extra_roots[node])
			clear_unknown(node);
}

void slot_give(kn_cap slot)
{
	unsigned node, index;

	lock_take(&slots_lock);
	if (locate(slot, &node, &index))
		used[node][index / 64] &= ~(1ull << index % 64);
	lock_give(&slots_lock);
}

void slot_delete(kn_cap slot)
{
	kn_cap node = slot >> 32 ? slot >> 32 : KN_SLOT_CSPACE;

	(void)kn_cnode_delete(node, (uint32_t)slot);
	slot_give(slot);
}
