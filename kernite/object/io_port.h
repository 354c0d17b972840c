/* SPDX-License-Identifier: BSD-2-Clause */
/* A range of x86 I/O ports, handed out by io_port_control. */
#pragma once

#include "object/object.h"

struct io_port {
	struct object object;
	struct list link; /* in the list of claimed ranges; unlinked: stands for nothing */
	uint16_t first;
	uint16_t last;
};

void io_port_init(struct object *object);
kn_status io_port_destroy(struct object *object);
/* Called by io_port_control.claim(); KN_E_BUSY when it overlaps another range. */
kn_status io_port_claim(struct io_port *port, uint16_t first, uint16_t last);
