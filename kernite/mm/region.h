/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The regions of an address space: a treap by start address for look-up, a sorted list for walks,
 * and the slab pages that the structures live in. Priorities come from a kernel-side generator, so
 * that user code cannot choose addresses that unbalance the tree. Each node knows of its subtree how wide
 * the gaps are and what all may be given, so that nobody has to look at region after region.
 *
 * This file knows nothing of page tables.
 */
#pragma once

#include "core/list.h"
#include "kernite/types.h"

struct memory_object;
struct pool;
struct vspace;

struct region {
	struct region *left, *right, *parent;
	uint64_t widest_gap; /* before a region of this subtree, in bytes, but not above GAP_MAX */
	uint32_t priority;
	uint8_t prot, max_prot; /* KN_VSPACE_PROT_* */
	uint8_t common_prot;    /* max_prot of all in this subtree */
	uint8_t flags;          /* KN_VSPACE_MAP_ PRIVATE or SHARED, NO_INHERIT */
	struct list link;             /* sorted list; of free structures while unused */
	uint64_t start, end;          /* addresses */
	struct memory_object *object; /* null: anonymous */
	uint64_t offset;              /* page of the object shown at start */
	struct list object_link;      /* struct memory_object.regions */
	struct vspace *space;
};

struct region_set {
	struct region *root, *last_hit;
	struct list sorted, free;
	uint64_t free_count, count;
	struct list slabs;
};

void region_set_init(struct region_set *set);
/* Make sure that `count` (small) structures are free; KN_E_QUOTA, KN_E_NO_MEMORY. */
[[nodiscard]] kn_status region_reserve(struct region_set *set, struct pool *pool, unsigned count);
/* Give all slab pages back, KN_RESTART until done; no region may be in use. */
[[nodiscard]] kn_status region_set_destroy(struct region_set *set, struct pool *pool);

/* A reserved structure (cannot fail after region_reserve()), a copy of `like` in no list. */
struct region *region_alloc(struct region_set *set, const struct region *like);
void region_free(struct region_set *set, struct region *region);
void region_insert(struct region_set *set, struct region *region);
void region_remove(struct region_set *set, struct region *region);
/* The region has got another start or end, in its old place between its neighbours. */
void region_changed(struct region_set *set, struct region *region);

/* The region that contains `address`, or null. */
struct region *region_find(struct region_set *set, uint64_t address);
/* The region that contains `address` or the next one above it, or null. */
struct region *region_at_or_above(struct region_set *set, uint64_t address);
struct region *region_next(struct region_set *set, struct region *region);
struct region *region_previous(struct region_set *set, struct region *region);
/* Where the regions that follow `region` without a gap of `size` bytes or more, and may all be given `prot`, end; *next is
 * the region behind that, or null. */
uint64_t region_run_end(struct region_set *set, struct region *region, uint64_t size, unsigned prot, struct region **next);

static inline uint64_t region_page(const struct region *region, uint64_t address)
{
	return region->offset + ((address - region->start) >> PAGE_SHIFT);
}
