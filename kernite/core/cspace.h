/* SPDX-License-Identifier: BSD-2-Clause */
/* Capability addresses (uapi/types.h) to slots. Inline: every system call starts here. */
#pragma once

#include "object/cnode.h"
#include "object/tcb.h"

/* The slot behind a two-level address; null when it does not lead to one. */
struct slot *cspace_lookup_deep(struct cnode *root, kn_cap address);
/* The same for reading only: an empty slot when it does not lead to one. */
const struct slot *cspace_peek_deep(struct cnode *root, kn_cap address);

/* The slot at `address` in the thread's CSpace, possibly empty; null: no such slot. */
static inline struct slot *cspace_lookup(const struct tcb *thread, kn_cap address)
{
	struct cnode *root = thread->cspace;

	if (address - 1 < root->last)
		return cnode_slot(root, (uint32_t)address);
	return cspace_lookup_deep(root, address);
}

/* The slot of a capability that is to be used; an empty one when there is none. */
static inline struct slot *cspace_capability(const struct tcb *thread, kn_cap address)
{
	struct cnode *root = thread->cspace;

	if (address - 1 < root->last)
		return cnode_slot(root, (uint32_t)address);
	return (struct slot *)cspace_peek_deep(root, address);
}

/* A capability of this type (KN_TYPE_NONE: any) with these rights. */
[[nodiscard]] static inline kn_status cspace_find(const struct tcb *thread, kn_cap address,
    enum kn_object_type type, uint32_t rights, struct slot **slot)
{
	struct slot *found = cspace_capability(thread, address);

	if (slot_is_empty(found))
		return KN_E_INVALID_CAP;
	if (type != KN_TYPE_NONE && found->cap.type != type)
		return KN_E_WRONG_TYPE;
	if ((found->cap.rights & rights) != rights)
		return KN_E_RIGHTS;
	*slot = found;
	return KN_OK;
}
