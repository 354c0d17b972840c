/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers for those who hold the capability. */
#include "core/random.h"
#include "gen/random_ops.h"

kn_status random_get(struct random *self, struct random_get_out *out)
{
	if (!random_is_seeded())
		return KN_E_WOULD_BLOCK;
	random_fill(&out->data, sizeof(out->data));
	return KN_OK;
}

kn_status random_seed(struct random *self, const struct random_seed_in *in)
{
	random_mix(&in->data, sizeof(in->data), in->trusted ? sizeof(in->data) * 8 : 0);
	return KN_OK;
}
