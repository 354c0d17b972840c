/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: the owners of user pages that can be mapped by more than one address space.
 *
 * Anonymous and pager-backed objects keep their pages in a radix map (mm/page_map.h); physical
 * objects are just a range. Every region that maps an object is on its list, so that taking a page
 * away (decommit, resize, copy-on-write, destruction) reaches every page-table entry, and waits for
 * every TLB, before the frame is reused. That goes in steps: `cursor` is in the list behind the regions that
 * do not show the pages [leaving, leaving_end) any more. Until it is at the end no page of the object is
 * mapped anew; whoever needs one goes on with the steps first, so they end whatever becomes of who has begun. A
 * clone shares frames; whoever writes first copies. There is no chain of objects.
 */
#pragma once

#include "mm/page_map.h"
#include "object/object.h"

struct pool;
struct region;
struct tcb;

struct memory_object {
	struct object object;
	uint64_t id;   /* never reused; 0 is no object */
	uint32_t kind; /* KN_MEMORY_KIND_* */
	enum vm_memory_type memory_type;
	uint64_t pages, committed;
	struct page_map map;
	struct pool *pool; /* anonymous, pager */
	struct list pool_link;
	struct list regions; /* struct region.object_link, and the cursor */
	struct list cursor;
	uint64_t leaving, leaving_end;
	bool is_freeing;   /* the pages are freed as soon as nobody sees them */
	paddr_t replaced;  /* so is this frame, if there is one: another is in its place */
	uint32_t region_count;
	bool is_read_only; /* slice through a capability without WRITE */
	struct list pins;  /* struct tcb.ipc_link: threads whose IPC buffer is a page of ours */
	paddr_t base;      /* physical */
	struct slot
	    backing; /* physical: SLOT_INTERNAL, child of the untyped; pager: its endpoint */
	struct memory_object *whole; /* a slice's source */
	struct list slices;          /* of this object */
	struct list slice_link;
	uint64_t clone_source; /* id of the object being cloned into this one, 0: none,
				  CLONE_FAILED: cleaning up */
	uint64_t next;         /* first page not yet cloned, or not yet zeroed (physical) */
};

/* A number for things that can be waited on or shown; never reused. */
uint64_t memory_id_new(void);

[[nodiscard]] kn_status memory_object_sever(struct object *object, struct slot *slot);
/* Unmap everywhere, unpin, free all pages, leave the pool: as if never configured; KN_RESTART until
 * done. `kept` (or null) is a slot that its remover unlinks itself. */
[[nodiscard]] kn_status memory_object_retire(struct memory_object *object, const struct slot *kept);
/* Boot: a physical object over memory that belongs to the kernel for ever. */
void memory_object_init_physical(struct memory_object *object, paddr_t base, uint64_t pages, enum vm_memory_type type);

/*
 * IPC buffers: commit and pin the page, set the thread's ipc_object, ipc_page and ipc (kernel
 * mapping). KN_E_BUSY: pinned by somebody else; KN_E_WRONG_TYPE: only anonymous objects;
 * KN_E_RANGE, KN_E_NO_MEMORY.
 */
[[nodiscard]] kn_status memory_object_pin(struct memory_object *object, uint64_t page, struct tcb *thread);
/* Harmless when nothing is pinned. */
void memory_object_unpin(struct tcb *thread);
