/* SPDX-License-Identifier: BSD-2-Clause */
/* cnode methods by slot address (trona/slots.h): the high half names the CNode, zero the root. */
#include "trona/slots.h"

#include "kn/cnode.h"
#include "uapi/error.h"

static kn_cap cnode_of(kn_cap slot)
{
	return slot >> 32 == 0 ? KN_SLOT_CSPACE : slot >> 32;
}

kn_status slot_copy(kn_cap to, kn_cap source, uint32_t rights)
{
	return kn_cnode_copy(cnode_of(to), (uint32_t)to, source, rights);
}

kn_status slot_duplicate(kn_cap to, kn_cap source)
{
	struct kn_cap_info info;
	kn_status status = slot_info(source, &info);

	if (status != KN_OK)
		return status;
	return info.type == 0 ? KN_E_INVALID_CAP : slot_copy(to, source, info.rights);
}

kn_status slot_mint(kn_cap to, kn_cap source, uint32_t rights, kn_word badge)
{
	return kn_cnode_mint(cnode_of(to), (uint32_t)to, source, rights, badge);
}

kn_status slot_move(kn_cap to, kn_cap source)
{
	return kn_cnode_move(cnode_of(to), (uint32_t)to, source);
}

kn_status slot_revoke(kn_cap slot)
{
	return kn_cnode_revoke(cnode_of(slot), (uint32_t)slot);
}

kn_status slot_watch(kn_cap slot)
{
	return kn_cnode_watch(cnode_of(slot), (uint32_t)slot);
}

kn_status slot_info(kn_cap slot, struct kn_cap_info *info)
{
	return kn_cnode_info(cnode_of(slot), (uint32_t)slot, info);
}

void slot_delete(kn_cap slot)
{
	(void)!kn_cnode_delete(cnode_of(slot), (uint32_t)slot);
}

void slot_release(kn_cap slot)
{
	if (slot == KN_CAP_NONE)
		return;
	slot_delete(slot);
	slot_free(slot);
}
