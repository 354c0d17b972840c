/* SPDX-License-Identifier: BSD-2-Clause */
/* EXECUTE comes from here only, and never together with WRITE in one capability (W^X). */
#include "object/exec_authority.h"

#include "core/invocation.h"
#include "gen/exec_authority_ops.h"
#include "object/cnode.h"

kn_status exec_authority_grant(
    struct exec_authority *self, struct invocation *inv, const struct exec_authority_grant_in *in)
{
	struct slot *slot = cnode_slot_checked(slot_object(in->dest, cnode), in->index);

	(void)self;
	(void)inv;
	if (!slot)
		return KN_E_RANGE;
	if (!slot_is_empty(slot))
		return KN_E_SLOT_IN_USE;
	slot_derive(slot, in->source, (in->source->cap.rights & ~KN_RIGHT_WRITE) | KN_RIGHT_EXECUTE,
	    in->source->cap.badge);
	return KN_OK;
}
