/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page maps: the radix tree behind an anonymous or pager-backed memory object. Pages below
 * PAGE_MAP_DIRECT are kept in place, so that small objects need no node; the others hang in a
 * 512-ary tree that is as high as the largest page number in it demands. Nodes are METADATA frames
 * charged to the object's pool, counted in the frame table and freed when their last entry goes.
 *
 * An entry is 0 (missing), a frame address with PAGE_PINNED perhaps, or PAGE_FAILED with a status
 * above bit 12.
 */
#pragma once

#include "mm/frame.h"

#define PAGE_MAP_DIRECT 8
#define PAGE_MAP_MAX_PAGES (1ull << 36)

#define PAGE_PRESENT 1ull
#define PAGE_PINNED 2ull
#define PAGE_FAILED 4ull

typedef uint64_t page_entry;

struct page_map {
	page_entry direct[PAGE_MAP_DIRECT];
	paddr_t root;    /* NO_FRAME: no tree */
	unsigned height; /* levels of the tree; 512^height pages */
};

static inline paddr_t page_entry_frame(page_entry entry)
{
	return paddr(entry & ~PAGE_MASK & 0x0000ffffffffffffull);
}

static inline kn_status page_entry_reason(page_entry entry)
{
	return (kn_status)((int64_t)entry >> 12);
}

/* The page's entry if its node exists, else null. */
page_entry *page_map_find(struct page_map *map, uint64_t page);
/* The page's entry, with its nodes made from `pool`; KN_E_QUOTA, KN_E_NO_MEMORY. */
[[nodiscard]] kn_status page_map_ensure(
    struct page_map *map, struct pool *pool, uint64_t page, page_entry **entry);
/* Change an entry (the only way: keeps the node's count). */
void page_map_set(struct page_map *map, page_entry *entry, page_entry value);
/* Free the nodes above `page` that have become empty. */
void page_map_prune(struct page_map *map, struct pool *pool, uint64_t page);
/* The first entry that is not missing, at or after *page and before `end`; moves *page there. Null:
 * none, *page = end. */
page_entry *page_map_next(struct page_map *map, uint64_t *page, uint64_t end);
