/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program's own capability slots: which are free, and cnode operations by slot address.
 *
 * A slot address (KN_CAP_NONE in uapi/types.h) is either a root slot or root slot << 32 | index of a further CNode; the
 * functions below take both. The allocator starts with a range of root slots and grows by CNodes
 * that a callback makes; it keeps some root slots aside for them. Not thread-safe: one
 * thread allocates, or the caller locks. Allocating knows nothing of the kernel: a slot that is allocated or freed must be empty.
 */
#pragma once

#include "uapi/object/cnode.h"
#include "uapi/types.h"

/* log2 of the slots in a CNode that the allocator grows by. */
#define SLOTS_GROW_BITS 10

/* Makes a CNode with 2^SLOTS_GROW_BITS slots in the empty root slot `root_slot` and sees to it that nobody else frees it. */
typedef kn_status slots_grow_fn(kn_cap root_slot);

/* Hands the root slots [first, first + count) to the allocator (server start code does it). At most 8192. */
void slots_init(kn_cap first, unsigned count, slots_grow_fn *grow);
/* Changes who makes further CNodes (objsrv makes its own). */
void slots_set_grow(slots_grow_fn *grow);
[[nodiscard]] kn_status slot_alloc(kn_cap *slot);
/* `count` (at most 64) slots in a row in one CNode: *first + i. */
[[nodiscard]] kn_status slots_alloc(unsigned count, kn_cap *first);
/* Makes sure that the next `count` single allocations cannot fail. */
[[nodiscard]] kn_status slots_reserve(unsigned count);
void slot_free(kn_cap slot);
void slots_free(kn_cap first, unsigned count);
unsigned slots_available(void);
/* Slots that are allocated now, for leak checks. */
unsigned slots_in_use(void);
/* CNodes that the allocator has grown by. */
unsigned slots_cnodes(void);

/* cnode methods on the CNode that a slot address leads to. Copies carry `rights`; KN_RIGHTS_ALL is not "as the source": see slot_duplicate. */
[[nodiscard]] kn_status slot_copy(kn_cap to, kn_cap source, uint32_t rights);
/* A copy with the rights of the source. */
[[nodiscard]] kn_status slot_duplicate(kn_cap to, kn_cap source);
[[nodiscard]] kn_status slot_mint(kn_cap to, kn_cap source, uint32_t rights, kn_word badge);
[[nodiscard]] kn_status slot_move(kn_cap to, kn_cap source);
[[nodiscard]] kn_status slot_revoke(kn_cap slot);
[[nodiscard]] kn_status slot_watch(kn_cap slot);
[[nodiscard]] kn_status slot_info(kn_cap slot, struct kn_cap_info *info);
/* Empties a slot. It cannot fail for a slot of one's own; an empty one is fine. */
void slot_delete(kn_cap slot);
/* Empties it and gives it back. */
void slot_release(kn_cap slot);

/* What clients of an endpoint get. Not SEND: a message without a caller, once deferred, is never called back. */
#define SLOT_CLIENT_RIGHTS (KN_RIGHT_CALL | KN_RIGHT_GRANT)
