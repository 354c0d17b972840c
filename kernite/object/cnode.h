/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of slots. Its head lives in slot 0, whose address is KN_CAP_NONE and never names a
 * capability. */
#pragma once

#include "object/object.h"

struct cnode {
	struct object object;
	struct list threads; /* whose CSpace root this is, by tcb.cspace_link */
	uint32_t slot_count;
	uint32_t last;            /* index of the last slot */
	uint32_t self_references; /* of object.references, those that lie in its own slots */
	uint32_t cursor;          /* destroy: slots below it are empty */
};

static_assert(sizeof(struct cnode) <= sizeof(struct slot));

/* index 1..slot_count - 1 */
static inline struct slot *cnode_slot(struct cnode *cnode, uint32_t index)
{
	return (struct slot *)cnode + index;
}

/* Slot `index`, or null when there is none. */
static inline struct slot *cnode_slot_checked(struct cnode *cnode, uint32_t index)
{
	return index - 1 < cnode->last ? cnode_slot(cnode, index) : nullptr;
}

static inline bool cnode_contains(const struct cnode *cnode, const struct slot *slot)
{
	const struct slot *slots = (const struct slot *)cnode;

	return slot > slots && slot < slots + cnode->slot_count;
}

/* The empty slot at `index`; KN_E_RANGE, KN_E_SLOT_IN_USE. */
[[nodiscard]] kn_status cnode_find_empty(struct cnode *self, uint32_t index, struct slot **slot);
