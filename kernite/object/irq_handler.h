/* SPDX-License-Identifier: BSD-2-Clause */
/* One hardware interrupt, handed out by irq_control. */
#pragma once

#include "object/notification.h"

struct irq_handler {
	struct object object;
	struct signal_source source;
	uint32_t irq;
	bool is_claimed;
	bool is_level;
	bool is_masked; /* fired, and not acknowledged yet */
};

void irq_handler_init(struct object *object);
kn_status irq_handler_destroy(struct object *object);
/* Called by irq_control.claim(); KN_E_BUSY when taken. */
kn_status irq_handler_claim(struct irq_handler *handler, uint32_t irq, bool is_level);
/* The interrupt has fired. */
void irq_handler_fire(unsigned irq);
