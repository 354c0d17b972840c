/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks of untyped memory: a buddy allocator whose blocks are untyped capabilities.
 *
 * A block is FREE, SPLIT into two halves (children of its capability), or USED by one object. Freeing revokes the block's capability, which destroys the
 * object; two free halves become their parent again. Every block has a slot of ours while it exists.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trona/list.h"
#include "uapi/types.h"

#define BLOCK_BITS_MIN 7
#define BLOCK_BITS_MAX 47

struct account;

enum block_state : uint8_t { BLOCK_FREE, BLOCK_SPLIT, BLOCK_USED };

struct block {
	kn_cap slot;
	struct block *parent;     /* null: a range that init gave us */
	struct block *halves[2];  /* while SPLIT */
	struct list link;         /* FREE: in the free list of its size; USED: in its account's */
	struct account *account;
	uint32_t index, generation; /* together the handle, while USED */
	uint8_t size_bits;
	enum block_state state;
	bool is_released;         /* goes back when its object's last capability is gone */
};

void blocks_init(void);
/* A range from init: `slot` holds its untyped capability. */
[[nodiscard]] kn_status blocks_add(kn_cap slot, uint8_t size_bits);
/* A block of 2^size_bits bytes, state USED. NO_MEMORY: none, also after looking for released ones whose objects are gone. */
[[nodiscard]] kn_status block_take(uint8_t size_bits, struct block **block);
/* Destroy what was made of it and put it back. */
void block_give(struct block *block);
/* Mark as released; gives it back at once if its object is gone already. */
void block_release(struct block *block);
/* Is nothing derived from the block any more? */
bool block_is_childless(const struct block *block);
/* Look at some released blocks and take back those whose objects are gone. Called between messages. */
void blocks_collect(unsigned count);
/* The used block with this handle, or null. */
struct block *block_by_handle(uint64_t handle);
uint64_t block_handle(const struct block *block);
/* Slots of blocks that no object is made of: how free memory is cut up at the moment. */
uint64_t blocks_idle_slots(void);
/* Heap bytes of the books; they are kept. */
size_t blocks_heap(void);
/* Bytes. */
uint64_t blocks_free_bytes(void);
uint64_t blocks_total_bytes(void);
