/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h. Tables double: while one is copied it is there twice, and what else the heap holds is four times as large. So half of
 * what the heap has is enough for whatever one request needs. A block that has become frames never comes back, as the heap's own books never shrink.
 */
#include "frames.h"

#include "block.h"
#include "kn/pool.h"
#include "trona/heap.h"
#include "uapi/error.h"

#define FREE_LEAST 128  /* pages */
#define KEPT 32         /* for stack, data and page tables */
#define BLOCK_BITS 20
#define BLOCK_BITS_LEAST 14

static kn_cap pool;
static size_t seen; /* heap_mapped() at the last look */
static uint64_t count, bytes;

static uint64_t free_pages(void)
{
	struct kn_pool_info info;

	return kn_pool_info(pool, &info) == KN_OK ? info.free : 0;
}

static bool heap_may_map(size_t pages)
{
	return free_pages() >= pages + KEPT;
}

void frames_init(kn_cap own_pool)
{
	pool = own_pool;
	heap_set_check(heap_may_map);
}

bool frames_are_due(void)
{
	return heap_mapped() != seen;
}

/* One block more; smaller ones when there is no large one. */
static bool take(void)
{
	struct block *block;

	for (uint8_t bits = BLOCK_BITS; bits >= BLOCK_BITS_LEAST; bits--) {
		if (block_take(bits, &block) != KN_OK)
			continue;
		if (kn_pool_refill(pool, block->slot) != KN_OK) {
			block_give(block);
			return false;
		}
		count++;
		bytes += 1ull << bits;
		return true;
	}
	return false;
}

void frames_keep(void)
{
	uint64_t wanted;

	seen = heap_mapped();
	do
		wanted = FREE_LEAST + heap_mapped() / 2 / KN_PAGE_SIZE;
	while (free_pages() < wanted && take());
}

uint64_t frames_count(void)
{
	return count;
}

uint64_t frames_bytes(void)
{
	return bytes;
}
