/* SPDX-License-Identifier: BSD-2-Clause */
/* The slow half of capability lookup: second-level CNodes (cspace.h). */
#include "core/cspace.h"

struct slot *cspace_lookup_deep(struct cnode *root, kn_cap address)
{
	struct slot *second = cnode_slot_checked(root, (uint32_t)(address >> 32));

	/* A CNode that may not be read cannot be looked into. */
	if (!second || second->cap.type != KN_TYPE_CNODE || !(second->cap.rights & KN_RIGHT_READ))
		return nullptr;
	return cnode_slot_checked(slot_object(second, cnode), (uint32_t)address);
}

const struct slot *cspace_peek_deep(struct cnode *root, kn_cap address)
{
	static const struct slot none;
	const struct slot *slot = cspace_lookup_deep(root, address);

	return slot ? slot : &none;
}
