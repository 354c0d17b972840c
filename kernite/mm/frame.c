/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame table and the way of a frame back to its pool.
 *
 * A root pool keeps two lists: frames that are known to be all zero (former page tables and radix
 * nodes, which empty themselves entry by entry) and the others. So a process that forks and exits
 * again hands its tables to the next one without anybody clearing them.
 */
#include "mm/frame.h"

#include "object/pool.h"

struct frame *frame_table;
uint64_t frame_first;
uint64_t frame_count;

static void push(struct frame *frame, bool is_zero)
{
	struct pool *root = frame->root;
	uint32_t *head = is_zero ? &root->free_zeroed : &root->free_dirty;

	frame->kind = FRAME_POOL_FREE;
	frame->flags = 0;
	frame->next = *head;
	*head = (uint32_t)(frame - frame_table) + 1;
	root->free++;
}

void frame_release(struct frame *frame)
{
	invariant(frame->kind == FRAME_USER && frame->count > 0);
	if (--frame->count == 0)
		push(frame, false);
}

void frame_free(struct frame *frame, bool is_zero)
{
	invariant(frame->kind == FRAME_TABLE || frame->kind == FRAME_METADATA);
	push(frame, is_zero);
}

uint64_t frame_check(void)
{
	uint64_t owned = 0;

	for (uint64_t i = 0; i < frame_count; i++) {
		const struct frame *frame = &frame_table[i];

		if (frame->kind <= FRAME_UNTYPED)
			continue;
		invariant(frame->root != nullptr);
		invariant(frame->kind != FRAME_USER || frame->count > 0);
		invariant(frame->kind != FRAME_POOL_FREE || frame->next <= frame_count);
		invariant(frame->kind != FRAME_TABLE || frame->count <= PAGE_SIZE / sizeof(pte_t));
		owned++;
	}
	return owned;
}
