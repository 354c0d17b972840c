/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of an address space, over the pte_* contract of arch_inline.h.
 *
 * A leaf entry is one of: zero; a page of the region's memory object; or, with PTE_PRIVATE, a frame
 * that this address space owns a share of. A private entry whose region may not be read at all is
 * not present but keeps frame and mark. Bit 55 is ignored by both machines' walkers, present or not
 * (Intel SDM vol. 3 table 4-20, ARM ARM D8.3.2), and bit 0 means "present" on both.
 *
 * A table's count of non-zero entries is kept in its frame, and empty tables are freed at once. All
 * changes of one step are collected in a TLB_BATCH() and invalidated, waiting, at the end of the block
 * that declares it: before the kernel lock is dropped or a frame is taken.
 */
#pragma once

#include "mm/table.h"
#include "object/vspace.h"

#define PTE_PRIVATE (1ull << 55)

struct tlb_batch {
	struct vspace *space;
	uint64_t start, end; /* addresses; start >= end: nothing */
	bool tables;         /* a table was freed */
};

#define TLB_BATCH(name, of)                                                                        \
	[[gnu::cleanup(tlb_batch_flush)]] struct tlb_batch name = {.space = (of), .start = ~0ull}

static inline void tlb_batch_add(struct tlb_batch *batch, uint64_t start, uint64_t end)
{
	if (start < batch->start)
		batch->start = start;
	if (end > batch->end)
		batch->end = end;
}

/* Show walkers the new entries, invalidate what was collected, and wait. */
static inline void tlb_batch_flush(const struct tlb_batch *batch)
{
	arch_pte_publish();
	if (batch->start < batch->end)
		arch_tlb_invalidate(&batch->space->arch, vaddr(batch->start),
		    (batch->end - batch->start) >> PAGE_SHIFT, batch->tables);
}

static inline bool pte_is_private(pte_t entry)
{
	return entry.raw & PTE_PRIVATE;
}

/* Translate KN_VSPACE_PROT_* into the walker's permissions; `is_writable`: writing needs no further
 * step. */
static inline unsigned prot_to_perms(unsigned prot, bool is_writable)
{
	static_assert(VM_READ == 1 && VM_WRITE == 2 && VM_EXECUTE == 4 && VM_BRANCH == 16);
	return VM_USER | (is_writable ? prot : prot & ~(unsigned)VM_WRITE);
}

/* An entry for a private frame under protection `prot`. */
static inline pte_t pte_private(paddr_t frame, unsigned prot, bool is_writable)
{
	if (prot == 0)
		return (pte_t){frame.raw | PTE_PRIVATE};
	return (pte_t){
	    pte_leaf(frame, prot_to_perms(prot, is_writable), VM_NORMAL).raw | PTE_PRIVATE};
}

/* Free the empty page tables above `address`. */
static inline void page_table_prune(struct vspace *space, uint64_t address, struct tlb_batch *batch)
{
	if (table_prune(&space->tables, space->pool, address)) {
		tlb_batch_add(batch, address & ~PAGE_MASK, (address & ~PAGE_MASK) + PAGE_SIZE);
		batch->tables = true;
	}
}

/* A step of a walk: part of a table, so that a full one is no long step. */
#define WALK_SPAN (LEAF_SPAN / 2)

/*
 * A walk over the leaf tables of [stop, end) at the start: each step sets leaf, its frame `table`,
 * the entries [first, last) and the addresses [start, stop) that belong to the range.
 */
struct leaf_walk {
	uint64_t stop, end, start;
	pte_t *leaf;
	struct frame *table;
	unsigned first, last;
};

static inline bool leaf_walk_next(struct leaf_walk *walk, struct vspace *space)
{
	walk->start = walk->stop;
	walk->leaf = table_next(&space->tables, &walk->start, walk->end);
	if (!walk->leaf)
		return false;
	walk->table = frame_of(virt_to_phys(walk->leaf));
	walk->stop = (walk->start | (WALK_SPAN - 1)) + 1;
	if (walk->stop > walk->end)
		walk->stop = walk->end;
	walk->first = leaf_index(walk->start);
	walk->last = walk->first + (unsigned)((walk->stop - walk->start) >> PAGE_SHIFT);
	return true;
}

/* The end of one step: free the tables if they have become empty. */
static inline void leaf_walk_prune(const struct leaf_walk *walk, struct tlb_batch *batch)
{
	if (walk->table->count == 0)
		page_table_prune(batch->space, walk->start, batch);
}
