/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees of 512-ary tables: page tables and the page maps of memory objects are the same thing with
 * different leaves. Inner entries are pte_table(); what a leaf entry means is the owner's business,
 * but 0 is always "nothing".
 *
 * A table's count of non-zero entries is kept in its frame, and a table that has become empty is
 * freed at once (a page table's root stays: it has the kernel half in it on some machines). Since
 * entries are taken back one by one, a freed table is all zero and serves again uncleared.
 *
 * Addresses are byte addresses below 2^48, for page maps byte offsets.
 */
#pragma once

#include "mm/frame.h"

struct pool;

#define TABLE_BITS 9
#define TABLE_ENTRIES (1u << TABLE_BITS)
#define TABLE_LEVELS 4
#define LEAF_SPAN (1ull << (PAGE_SHIFT + TABLE_BITS))

struct table_tree {
	paddr_t root;         /* NO_FRAME: empty */
	uint64_t count;       /* frames in it */
	unsigned levels;      /* TABLE_LEVELS for page tables; page maps grow */
	enum frame_kind kind; /* FRAME_TABLE or FRAME_METADATA */
};

static inline unsigned leaf_index(uint64_t address)
{
	return address >> PAGE_SHIFT & (TABLE_ENTRIES - 1);
}

/* The leaf entry of `address` if its table exists, else null. */
pte_t *table_find(const struct table_tree *tree, uint64_t address);
/*
 * The leaf entry of `address`, with its tables made and charged to `pool`; KN_E_QUOTA,
 * KN_E_NO_MEMORY.
 */
[[nodiscard]] kn_status table_ensure(struct table_tree *tree, struct pool *pool, uint64_t address, pte_t **entry);
/* The leaf table at or above *address, which moves up to the first address that it covers; null:
 * none below `end`. */
pte_t *table_next(const struct table_tree *tree, uint64_t *address, uint64_t end);
/* Free the empty tables above `address`; tells whether there were any. */
bool table_prune(struct table_tree *tree, struct pool *pool, uint64_t address);

/* Change one entry and its table's count. */
static inline void table_set(pte_t *entry, pte_t value)
{
	struct frame *table = frame_of(paddr(virt_to_phys(entry).raw & ~PAGE_MASK));

	table->count += (uint32_t)(value.raw != 0) - (uint32_t)(entry->raw != 0);
	/* One store: a walker of another CPU sees the old entry or the new one. */
	*(volatile uint64_t *)&entry->raw = value.raw;
}
