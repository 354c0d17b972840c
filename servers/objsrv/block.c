/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator; see block.h.
 *
 * Taking a block of a size that is free is O(1), else one split a level. Of small sizes some free blocks are kept apart, because processes come and go
 * with the same few sizes and a split and a merge cost system calls; all others are merged at once, and what was kept when a larger block is wanted.
 */
#include "block.h"

#include "account.h"
#include "kn/cnode.h"
#include "kn/untyped.h"
#include "trona/array.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

/* So many free blocks of each size up to 64 KiB stay unmerged. */
#define KEPT_FREE 16
#define KEPT_BITS_MAX 16

static struct list free_blocks[BLOCK_BITS_MAX + 1];
static struct list released;
static uint64_t free_bytes, total_bytes;
static uint32_t free_count[BLOCK_BITS_MAX + 1];
static bool has_unmerged;
static uint64_t slots, used_slots; /* those made by splitting; of these, with an object */
static size_t heap;

/* Handles: index into this table; the generation makes old handles find nothing. */
static struct block **table;
static uint32_t *generations;
static size_t table_capacity, generation_capacity, table_used;
static struct block *unused; /* block structures to use again, by parent */

void blocks_init(void)
{
	for (unsigned bits = 0; bits <= BLOCK_BITS_MAX; bits++)
		list_init(&free_blocks[bits]);
	list_init(&released);
}

static struct block *make(kn_cap slot, uint8_t size_bits, struct block *parent)
{
	struct block *block = unused;

	if (block) {
		unused = block->parent;
	} else {
		const size_t before = heap_in_use();

		if (array_reserve(&table, &table_capacity, table_used + 1) &&
		    array_reserve(&generations, &generation_capacity, table_used + 1))
			block = heap_calloc(1, sizeof *block);
		heap += heap_in_use() - before;
		if (!block)
			return nullptr;
		block->index = (uint32_t)table_used;
		table[table_used++] = block;
	}
	uint32_t index = block->index;
	*block = (struct block){.slot = slot, .parent = parent, .size_bits = size_bits, .index = index,
	    .generation = ++generations[index]};
	list_init(&block->link);
	return block;
}

static void unmake(struct block *block)
{
	block->generation = ++generations[block->index];
	block->state = BLOCK_SPLIT; /* found by no handle */
	block->parent = unused;
	unused = block;
}

static void put_free(struct block *block)
{
	block->state = BLOCK_FREE;
	block->account = nullptr;
	block->is_released = false;
	list_prepend(&free_blocks[block->size_bits], &block->link);
	free_count[block->size_bits]++;
}

static void take_free(struct block *block)
{
	list_remove(&block->link);
	free_count[block->size_bits]--;
}

kn_status blocks_add(kn_cap slot, uint8_t size_bits)
{
	if (size_bits < BLOCK_BITS_MIN || size_bits > BLOCK_BITS_MAX)
		return KN_E_RANGE;
	struct block *block = make(slot, size_bits, nullptr);
	if (!block)
		return KN_E_NO_MEMORY;
	put_free(block);
	free_bytes += 1ull << size_bits;
	total_bytes += 1ull << size_bits;
	return KN_OK;
}

/* Make two halves of a free block that is in no list. */
static kn_status split(struct block *block)
{
	const uint8_t bits = block->size_bits - 1;
	kn_cap pair;
	kn_status status = slots_alloc(2, &pair);

	if (status != KN_OK)
		return status;
	struct block *low = make(pair, bits, block), *high = low ? make(pair + 1, bits, block) : nullptr;
	status = high ? kn_untyped_retype(block->slot, KN_TYPE_UNTYPED, bits, pair >> 32 ? pair >> 32 : KN_SLOT_CSPACE,
			    (uint32_t)pair, 2)
		      : KN_E_NO_MEMORY;
	if (status != KN_OK) {
		if (low)
			unmake(low);
		if (high)
			unmake(high);
		slots_free(pair, 2);
		return status;
	}
	slots += 2;
	block->state = BLOCK_SPLIT;
	block->halves[0] = low;
	block->halves[1] = high;
	put_free(low);
	put_free(high);
	return KN_OK;
}

static bool is_kept(const struct block *block)
{
	return block->size_bits <= KEPT_BITS_MAX && free_count[block->size_bits] <= KEPT_FREE;
}

/* Join with its buddy, and the result with its, as far as it goes. */
static void merge(struct block *block, bool is_forced)
{
	struct block *parent;

	while ((parent = block->parent) != nullptr && parent->halves[0]->state == BLOCK_FREE &&
	       parent->halves[1]->state == BLOCK_FREE) {
		if (!is_forced && is_kept(block)) {
			has_unmerged = true;
			return;
		}
		for (int i = 0; i < 2; i++) {
			struct block *half = parent->halves[i];

			take_free(half);
			slot_release(half->slot);
			unmake(half);
		}
		slots -= 2;
		put_free(parent);
		block = parent;
	}
}

static kn_status take(uint8_t size_bits, struct block **out)
{
	unsigned bits = size_bits;

	while (bits <= BLOCK_BITS_MAX && list_is_empty(&free_blocks[bits]))
		bits++;
	if (bits > BLOCK_BITS_MAX)
		return KN_E_NO_MEMORY;
	struct block *block = list_entry(list_first(&free_blocks[bits]), struct block, link);
	take_free(block);
	while (block->size_bits > size_bits) {
		kn_status status = split(block);

		if (status != KN_OK) {
			put_free(block);
			merge(block, true); /* what was split for it */
			return status;
		}
		block = block->halves[0];
		take_free(block);
	}
	block->state = BLOCK_USED;
	used_slots += block->parent != nullptr;
	free_bytes -= 1ull << size_bits;
	*out = block;
	return KN_OK;
}

void block_give(struct block *block)
{
	(void)!slot_revoke(block->slot);
	list_remove(&block->link);
	block->generation = ++generations[block->index];
	free_bytes += 1ull << block->size_bits;
	used_slots -= block->parent != nullptr;
	put_free(block);
	merge(block, false);
}

/* Small sizes first, so that one pass does it. */
static void merge_all(void)
{
	for (unsigned bits = BLOCK_BITS_MIN; bits <= KEPT_BITS_MAX; bits++) {
		struct list *node = free_blocks[bits].next;

		while (node != &free_blocks[bits]) {
			struct block *block = list_entry(node, struct block, link), *parent = block->parent;

			node = node->next;
			/* The buddy goes with it. */
			if (parent && node == &parent->halves[parent->halves[0] == block]->link)
				node = node->next;
			merge(block, true);
		}
	}
	has_unmerged = false;
}

kn_status block_take(uint8_t size_bits, struct block **block)
{
	if (size_bits < BLOCK_BITS_MIN)
		size_bits = BLOCK_BITS_MIN;
	if (size_bits > BLOCK_BITS_MAX)
		return KN_E_NO_MEMORY;
	kn_status status = take(size_bits, block);
	if (status != KN_E_NO_MEMORY || (list_is_empty(&released) && !has_unmerged))
		return status;
	blocks_collect(UINT32_MAX);
	if (has_unmerged)
		merge_all();
	return take(size_bits, block);
}

bool block_is_childless(const struct block *block)
{
	struct kn_cap_info info;

	return slot_info(block->slot, &info) == KN_OK && !info.has_children;
}

void block_release(struct block *block)
{
	if (block_is_childless(block)) {
		account_give(block);
		return;
	}
	list_remove(&block->link);
	block->is_released = true;
	list_append(&released, &block->link);
}

void blocks_collect(unsigned count)
{
	struct list *end = released.prev;

	while (count-- && !list_is_empty(&released)) {
		struct list *first = list_first(&released);
		struct block *block = list_entry(first, struct block, link);
		bool is_last = first == end;

		if (block_is_childless(block)) {
			account_give(block);
		} else { /* to the end of the line */
			list_remove(first);
			list_append(&released, first);
		}
		if (is_last)
			break;
	}
}

struct block *block_by_handle(uint64_t handle)
{
	uint32_t index = (uint32_t)handle;

	if (index >= table_used)
		return nullptr;
	struct block *block = table[index];
	return block->state == BLOCK_USED && block->generation == handle >> 32 ? block : nullptr;
}

uint64_t block_handle(const struct block *block)
{
	return block->index | (uint64_t)block->generation << 32;
}

uint64_t blocks_idle_slots(void)
{
	return slots - used_slots;
}

size_t blocks_heap(void)
{
	return heap;
}

uint64_t blocks_free_bytes(void)
{
	return free_bytes;
}

uint64_t blocks_total_bytes(void)
{
	return total_bytes;
}
