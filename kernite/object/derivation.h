/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivation tree: who was made from whom.
 *
 * Every used slot is a node. Siblings are a doubly linked list whose two ends point to the parent
 * (first->prev and last->next), and a parent knows its first and last child. So no node needs a
 * parent pointer, and every operation is O(1) whatever the number of children: deleting a node puts
 * its whole list of children in its place, moving a node touches its two neighbours and its two
 * outer children. The root of all is `derivation_root`, an empty slot that is never deleted.
 */
#pragma once

#include "object/object.h"

extern struct slot derivation_root;

static inline bool slot_has_children(const struct slot *slot)
{
	return slot->child != nullptr && !(slot->cap.flags & SLOT_ORPHANED);
}

/* Does its capability keep an object alive? */
static inline bool slot_is_counted(const struct slot *slot)
{
	return slot->cap.type != KN_TYPE_UNTYPED && !(slot->cap.flags & SLOT_INTERNAL);
}

/* May a capability of this slot be copied (passed on)? Not an untyped, nor a CNode that is dying.
 */
bool slot_is_copyable(const struct slot *slot);
/* Fill the empty slot with a capability to `object`, a child of `parent` (null: of the root).
 * Counts the reference. */
void slot_fill(struct slot *slot, struct slot *parent, struct object *object, uint32_t rights);
/* The same for a slot embedded in the object itself (SLOT_INTERNAL): not counted; ends by sever()
 * or slot_drop_internal(). */
void slot_fill_internal(struct slot *slot, struct slot *parent, struct object *object);
/* The object lets go by itself (its destroy): unlink without sever(). An empty slot is fine. */
void slot_drop_internal(struct slot *slot);
/* Fill the empty slot with an untyped capability. */
void slot_fill_untyped(struct slot *slot, struct slot *parent, uint64_t base, unsigned size_bits, bool is_device);
/* `to` (empty) becomes a child of `from` with these rights and badge. `from` is copyable. */
void slot_derive(struct slot *to, struct slot *from, uint32_t rights, uint64_t badge);
/* A slot of the kernel's own, never an internal one, holds a copy of `from` (or null: nothing) from
 * now on. */
void slot_replace(struct slot *place, struct slot *from);
/* `to` (empty) takes the place of `from`, which becomes empty. */
void slot_move(struct slot *to, struct slot *from);
/* Empty the slot; its children become its parent's. KN_RESTART only for SLOT_INTERNAL. Does not
 * drain the reaper. */
[[nodiscard]] kn_status slot_delete(struct slot *slot);
/* Delete everything below the slot. KN_RESTART: not finished. Does not drain the reaper. */
[[nodiscard]] kn_status slot_revoke(struct slot *slot);
/* What the slot was derived from (the kernel: derivation_root); null: its ends of the list of siblings are far away. */
const struct slot *slot_parent(const struct slot *slot);
/* debug.check(): walks the whole tree, calls `visit` (or null) for each node, panics on a broken link; returns the number of
 * nodes. */
uint64_t derivation_check(void (*visit)(struct slot *slot));
