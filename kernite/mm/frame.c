/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame table, see frame.h. */
#include "mm/frame.h"

struct frame *frame_table;
uint64_t frame_first;
uint64_t frame_count;

uint64_t frame_check(void)
{
	uint64_t owned = 0;

	for (uint64_t i = 0; i < frame_count; i++) {
		const struct frame *frame = &frame_table[i];

		if (frame->kind <= FRAME_UNTYPED)
			continue;
		invariant(frame->home != nullptr);
		invariant(frame->kind != FRAME_USER || frame->count > 0);
		invariant(frame->kind != FRAME_POOL_FREE || frame->next <= frame_count);
		invariant(frame->kind != FRAME_TABLE || frame->count <= PAGE_SIZE / sizeof(pte_t));
		owned++;
	}
	return owned;
}
