/* SPDX-License-Identifier: BSD-2-Clause */
/* EXECUTE comes from here only, and never together with WRITE in one capability (W^X). */
#include "gen/exec_authority_ops.h"
#include "object/derivation.h"
#include "object/cnode.h"

kn_status exec_authority_grant(struct exec_authority *self, const struct exec_authority_grant_in *in)
{
	struct slot *slot;

	TRY(cnode_find_empty(slot_object(in->dest, cnode), in->index, &slot));
	slot_derive(slot, in->source, (in->source->cap.rights & ~KN_RIGHT_WRITE) | KN_RIGHT_EXECUTE,
	    in->source->cap.badge);
	return KN_OK;
}
