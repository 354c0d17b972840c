/* SPDX-License-Identifier: BSD-2-Clause */
/* One hardware interrupt, handed out by irq_control (which is no more than the right to claim one).
 */
#pragma once

#include "object/notification.h"

struct irq_handler {
	struct object object;
	struct signal_source source;
	uint32_t irq;
	bool is_claimed, is_level;
	bool is_masked; /* fired, and not acknowledged yet */
};

/* The interrupt has fired, and is masked. */
void irq_handler_fire(unsigned irq);
