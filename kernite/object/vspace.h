/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: regions, and the page tables behind them.
 *
 * The private layer of an address space is its page table: an entry marked PTE_PRIVATE owns (a
 * share of) its frame, present or not; any other entry only shows a page of the region's memory
 * object and may be dropped at any time. So a private page costs one 8-byte entry, fork copies it
 * once, and (entry, owner) cannot disagree.
 *
 * Invariants: every non-empty entry lies in a region; regions do not overlap; the threads that run
 * here are on `threads`; everything is charged to `pool`.
 */
#pragma once

#include "arch.h"
#include "mm/region.h"
#include "mm/table.h"
#include "object/object.h"

struct pool;
struct memory_object;
struct tcb;

struct vspace {
	struct object object;
	uint64_t id;              /* never reused */
	struct arch_space arch;   /* valid while there is a root */
	struct table_tree tables; /* page tables; root is NO_FRAME: not configured */
	struct pool *pool;
	struct list pool_link;
	struct list threads; /* struct tcb.vspace_link */
	struct region_set regions;
	uint64_t map_base;
	uint64_t map_hint;  /* no gap lies between map_base and here, most likely */
	uint64_t mapped;    /* pages */
	uint64_t committed; /* private pages */
	uint64_t cloning; /* id of the address space that is being cloned into this one, 0: none */
	uint64_t clone_next; /* first address not yet copied */
	bool clone_failed;   /* clear what was copied, then say so */
	bool is_emptying;    /* destroy has begun */
};

/* Unmap everything, keep the space; KN_RESTART until done. */
[[nodiscard]] kn_status vspace_empty(struct vspace *space);
/* Stop its threads, unmap everything, leave the pool: as if never configured; KN_RESTART until
 * done. */
[[nodiscard]] kn_status vspace_retire(struct vspace *space);

/* Threads that run here; severed when the space dies. */
void vspace_attach(struct vspace *space, struct tcb *thread);
void vspace_detach(struct tcb *thread);

/* Boot, and configure(). */
[[nodiscard]] kn_status vspace_setup(struct vspace *space, struct pool *pool, uint64_t map_base);

/* What vspace_populate() lacked. */
struct populate_miss {
	struct memory_object *object; /* KN_E_WOULD_BLOCK: ask this one's pager */
	uint64_t page;                /* for this page */
	struct pool *pool;            /* KN_E_NO_MEMORY: this one is dry */
};

/*
 * Make the page at `address` usable for `access` (VM_*). KN_OK; KN_E_BAD_ADDRESS: no region;
 * KN_E_RIGHTS: not allowed; KN_E_RANGE: beyond the object's end; KN_E_WOULD_BLOCK: ask the pager;
 * KN_E_QUOTA and KN_E_NO_MEMORY: budget passed, frames gone; anything else: the pager's reason.
 * (mm/populate.c)
 */
[[nodiscard]] kn_status vspace_populate(
    struct vspace *space, uint64_t address, unsigned access, struct populate_miss *miss);

/*
 * Kernel address of user page `address` (page-aligned), populated for `access`; errors are
 * vspace_populate()'s. Valid until the kernel lock is dropped.
 */
[[nodiscard]] kn_status vspace_kernel_page(struct vspace *space, uint64_t address, unsigned access, void **page);
