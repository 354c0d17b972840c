/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page maps: where an anonymous or pager-backed memory object keeps its pages. Those below
 * PAGE_MAP_DIRECT are kept in place, so that small objects need no table; the others hang in a tree
 * (mm/table.h) that is as high as the largest page number in it demands.
 *
 * An entry is 0 (missing), a frame address with PAGE_PRESENT and perhaps PAGE_PINNED, or
 * PAGE_FAILED with a status above bit 12.
 */
#pragma once

#include "mm/table.h"

#define PAGE_MAP_DIRECT 8
#define PAGE_MAP_MAX_PAGES (1ull << 36)

#define PAGE_PRESENT 1ull
#define PAGE_PINNED 2ull
#define PAGE_FAILED 4ull

struct page_map {
	pte_t direct[PAGE_MAP_DIRECT];
	struct table_tree tree;
};

static inline paddr_t page_entry_frame(pte_t entry)
{
	return paddr(entry.raw & 0x0000fffffffff000ull);
}

static inline kn_status page_entry_reason(pte_t entry)
{
	return (kn_status)((int64_t)entry.raw >> 12);
}

/* The page's entry if it has one, else null. */
pte_t *page_map_find(struct page_map *map, uint64_t page);
/* The page's entry, with its tables made from `pool`; KN_E_QUOTA, KN_E_NO_MEMORY. */
[[nodiscard]] kn_status page_map_ensure(struct page_map *map, struct pool *pool, uint64_t page, pte_t **entry);
/* Change an entry (the only way: keeps its table's count). */
void page_map_set(struct page_map *map, pte_t *entry, uint64_t value);
/* Free the tables above `page` that have become empty. */
void page_map_prune(struct page_map *map, struct pool *pool, uint64_t page);
/*
 * The first entry that is not missing, at or after *page and before `end`; moves *page there. Null:
 * none, *page = end.
 */
pte_t *page_map_next(struct page_map *map, uint64_t *page, uint64_t end);
