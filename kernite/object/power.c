/* SPDX-License-Identifier: BSD-2-Clause */
/* Power off and reset: neither comes back. */
#include "arch.h"
#include "gen/power_ops.h"

kn_status power_off(struct power *self, const struct power_off_in *in)
{
	arch_power_off(in->code);
}

kn_status power_reset(struct power *self)
{
	arch_reset();
}
