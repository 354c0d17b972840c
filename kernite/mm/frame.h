/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame table: who owns each page frame of RAM. One 16-byte record a frame.
 *
 * Invariants: a frame has exactly one kind. Only POOL_FREE frames are on a list. A USER frame's
 * `count` says how many private page-table entries or memory-object entries own it (copy-on-write
 * sharers); a TABLE or METADATA frame's `count` says how many of its 512 entries are in use. Frames
 * that a pool handed out remember that root pool and go back to it.
 * Physical address 0 never belongs to anybody, so it serves as "no frame".
 *
 * Lock: the kernel lock.
 */
#pragma once

#include "arch.h"
#include "kernite/types.h"

/*
 * The free frames of a root pool. Former page tables and radix nodes empty themselves entry by
 * entry, so they are known to be zero: a process that forks and exits hands its tables to the next
 * one without anybody clearing them.
 */
struct frame_home {
	uint64_t free;  /* on both lists, and those that were never taken */
	uint32_t dirty; /* index of the first frame + 1, or 0 */
	uint32_t zeroed;
};

enum frame_kind : uint8_t {
	FRAME_KERNEL = 0, /* image, boot allocations, the frame table, the boot archive */
	FRAME_UNTYPED,    /* covered by untyped capabilities, or not yet taken by the pool that has
			     them */
	FRAME_POOL_FREE,  /* on one of a root pool's lists */
	FRAME_POOL_HEAD,  /* first frame of a range that was given to a pool: its struct pool_range
			   */
	FRAME_USER,       /* holds a user page */
	FRAME_TABLE,      /* page table */
	FRAME_METADATA,   /* radix node, slab of regions */
};

/* Instruction fetch sees its content; cleared when it becomes writable. */
enum frame_flags : uint8_t { FRAME_CODE_SYNCED = 1 };

struct frame {
	struct frame_home *home; /* where it goes back to; null unless a pool owns it */
	union {
		uint32_t count; /* see above */
		uint32_t next;  /* POOL_FREE: frame index + 1 of the next one */
	};
	enum frame_kind kind;
	uint8_t flags;
	uint16_t owners; /* debug.check() counts here; else 0 */
};

static_assert(sizeof(struct frame) == 16);

/* Set up by boot_memory_init(); the tests make their own. */
extern struct frame *frame_table;
extern uint64_t frame_first; /* page number of frame_table[0] */
extern uint64_t frame_count;

#define NO_FRAME ((paddr_t){0})

/* Is it RAM that the table knows? Device memory is not. */
static inline bool frame_is_ram(paddr_t address)
{
	return (address.raw >> PAGE_SHIFT) - frame_first < frame_count;
}

static inline struct frame *frame_of(paddr_t address)
{
	return &frame_table[(address.raw >> PAGE_SHIFT) - frame_first];
}

static inline paddr_t frame_address(const struct frame *frame)
{
	return paddr((uint64_t)(frame - frame_table + (ptrdiff_t)frame_first) << PAGE_SHIFT);
}

/* One more owner of a user page (copy-on-write). */
static inline void frame_share(struct frame *frame)
{
	invariant(frame->kind == FRAME_USER);
	frame->count++;
}

/*
 * Give a TABLE or METADATA frame back; all its entries are zero again (`is_zero`), so that the pool
 * can hand it out without clearing it, or its content is garbage.
 */
static inline void frame_free(struct frame *frame, bool is_zero)
{
	struct frame_home *home = frame->home;
	uint32_t *head = is_zero ? &home->zeroed : &home->dirty;

	frame->kind = FRAME_POOL_FREE;
	frame->flags = 0;
	frame->next = *head;
	*head = (uint32_t)(frame - frame_table) + 1;
	home->free++;
}

/*
 * One owner less; the last one gives the frame back. Charges are the caller's business
 * (pool_uncharge). The caller must invalidate TLBs before it lets go of the kernel lock or takes a
 * frame.
 */
static inline void frame_release(struct frame *frame)
{
	invariant(frame->kind == FRAME_USER && frame->count > 0);
	if (--frame->count == 0)
		frame_free(frame, false);
}
