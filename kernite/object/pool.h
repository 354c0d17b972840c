/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools: frames that somebody paid for, and budgets on them.
 *
 * A root pool owns free frames, taken from untyped ranges by refill(). A child pool owns none: it
 * counts, and every charge goes through all its ancestors (at most POOL_DEPTH_MAX levels) to the
 * root. What is charged: every page of a memory object or private layer, every page table, radix
 * node and slab page. A page shared copy-on-write is charged to each sharer, so that a later copy
 * cannot exceed a budget.
 *
 * Everything charged to a pool is on its lists, so that the pool can take it all back: when the
 * pool is destroyed, or when the untyped below it is revoked, its children, address spaces and
 * memory objects are emptied first.
 */
#pragma once

#include "core/poison.h"
#include "mm/frame.h"
#include "object/object.h"

#define POOL_DEPTH_MAX 4
#define POOL_NO_LIMIT (~0ull)

struct tcb;

/* Lives in the first frame of each range given to a root pool. */
struct pool_range {
	alignas(POISON_LINE) struct list link;
	struct slot slot; /* SLOT_INTERNAL, child of the untyped's slot; empty: boot memory */
	struct pool *pool;
	paddr_t base;
	uint64_t pages;
	uint64_t taken; /* frames [taken, pages) have never been handed out, nor touched */
};

struct pool {
	struct object object;
	struct pool *parent; /* null: root (or not configured) */
	struct pool *root;   /* itself for a root pool; null after the root went away */
	struct list children, sibling;
	struct list objects; /* memory objects that charge here */
	struct list spaces;  /* address spaces that charge here */
	struct list ranges;  /* root: struct pool_range; those with untaken frames first */
	struct slot handler; /* endpoint asked when the root runs dry; may be empty */
	uint64_t used, limit, peak;
	struct frame_home home; /* root: its free frames */
	uint8_t depth;
	bool is_emptying; /* destroy has begun: no new charges */
};

[[nodiscard]] kn_status pool_sever(struct object *object, struct slot *slot);
/* Boot: make [base, base + pages) frames of this root pool for ever. */
void pool_add_boot_frames(struct pool *pool, paddr_t base, uint64_t pages);

/* Counts `pages` against the pool and its ancestors. KN_E_QUOTA: some limit would be passed,
 * nothing counted. */
[[nodiscard]] kn_status pool_charge(struct pool *pool, uint64_t pages);
void pool_uncharge(struct pool *pool, uint64_t pages);
/* Can `pages` more be taken now? KN_E_QUOTA or KN_E_NO_MEMORY if not. */
[[nodiscard]] kn_status pool_check(const struct pool *pool, uint64_t pages);

/*
 * Charge one page and take a frame: USER frames with count 1, others with count 0. KN_E_QUOTA: over
 * a limit; KN_E_NO_MEMORY: the root has no free frame. `is_zeroed` false: the caller overwrites it
 * all.
 */
[[nodiscard]] kn_status pool_take(struct pool *pool, enum frame_kind kind, bool is_zeroed, paddr_t *frame);
/* The same without a charge: the copy of a page that is charged already. */
[[nodiscard]] kn_status pool_take_uncharged(struct pool *pool, enum frame_kind kind, bool is_zeroed, paddr_t *frame);
/* Undo pool_take() of a TABLE or METADATA frame; `is_zero` as for frame_free(). */
void pool_give(struct pool *pool, paddr_t frame, bool is_zero);
/* What a caller is told outside faults: a passed budget is like an empty pool, he has no memory. */
static inline kn_status no_memory(kn_status status)
{
	return status == KN_E_QUOTA ? KN_E_NO_MEMORY : status;
}

/* The handler nearest to `pool`; null: nobody. */
struct slot *pool_find_handler(struct pool *pool);
