/* SPDX-License-Identifier: BSD-2-Clause */
/* Handing out interrupts: one handler each, until that handler is destroyed. */
#include "object/irq_control.h"

#include "core/invocation.h"
#include "gen/irq_control_ops.h"
#include "object/irq_handler.h"

kn_status irq_control_claim(
    struct irq_control *self, struct invocation *inv, const struct irq_control_claim_in *in)
{
	(void)self;
	(void)inv;
	return irq_handler_claim(slot_object(in->handler, irq_handler), in->irq, in->level);
}
