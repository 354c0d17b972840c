/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers for those who hold the capability. */
#include "object/random.h"

#include "core/invocation.h"
#include "core/random.h"
#include "gen/random_ops.h"

kn_status random_get(struct random *self, struct invocation *inv, struct random_get_out *out)
{
	(void)self;
	(void)inv;
	if (!random_is_seeded())
		return KN_E_WOULD_BLOCK;
	random_fill(&out->data, sizeof(out->data));
	return KN_OK;
}

kn_status random_seed(struct random *self, struct invocation *inv, const struct random_seed_in *in)
{
	(void)self;
	(void)inv;
	random_mix(&in->data, sizeof(in->data), in->trusted ? sizeof(in->data) * 8 : 0);
	return KN_OK;
}
