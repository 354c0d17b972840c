/* SPDX-License-Identifier: BSD-2-Clause */
/* Handing out I/O ports: ranges that do not overlap, until their object is destroyed. */
#include "object/io_port_control.h"

#include "core/invocation.h"
#include "gen/io_port_control_ops.h"
#include "object/io_port.h"

kn_status io_port_control_claim(
    struct io_port_control *self, struct invocation *inv, const struct io_port_control_claim_in *in)
{
	(void)self;
	(void)inv;
	return io_port_claim(slot_object(in->port, io_port), in->first, in->last);
}
