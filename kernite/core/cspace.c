/* SPDX-License-Identifier: BSD-2-Clause */
/* The slow half of capability lookup: second-level CNodes and checked lookups (cspace.h). */
#include "core/cspace.h"

#include "core/invocation.h"

struct slot *cspace_lookup_deep(struct cnode *root, kn_cap address)
{
	struct slot *second = cnode_slot_checked(root, (uint32_t)(address >> 32));

	/* A CNode that may not be read cannot be looked into. */
	if (!second || second->cap.type != TYPE_CNODE || !(second->cap.rights & KN_RIGHT_READ))
		return nullptr;
	return cnode_slot_checked(slot_object(second, cnode), (uint32_t)address);
}

kn_status cspace_find(const struct tcb *thread, kn_cap address, enum object_type type,
    uint32_t rights, struct slot **slot)
{
	struct slot *found = cspace_lookup(thread, address);

	if (!found || slot_is_empty(found))
		return KN_E_INVALID_CAP;
	if (type != TYPE_NONE && found->cap.type != type)
		return KN_E_WRONG_TYPE;
	if ((found->cap.rights & rights) != rights)
		return KN_E_RIGHTS;
	*slot = found;
	return KN_OK;
}

kn_status cap_lookup(
    struct invocation *inv, kn_cap address, uint8_t type, uint32_t rights, struct slot **slot)
{
	return cspace_find(inv->caller, address, (enum object_type)type, rights, slot);
}
