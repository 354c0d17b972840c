/* SPDX-License-Identifier: BSD-2-Clause */
/* Power off and reset: neither comes back. */
#include "object/power.h"

#include "core/invocation.h"
#include "gen/power_ops.h"

kn_status power_off(struct power *self, struct invocation *inv, const struct power_off_in *in)
{
	(void)self;
	(void)inv;
	arch_power_off(in->code);
}

kn_status power_reset(struct power *self, struct invocation *inv)
{
	(void)self;
	(void)inv;
	arch_reset();
}
