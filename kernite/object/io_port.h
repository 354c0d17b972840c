/* SPDX-License-Identifier: BSD-2-Clause */
/* A range of x86 I/O ports, handed out by io_port_control (which is no more than the right to claim
 * one). */
#pragma once

#include "object/object.h"

struct io_port {
	struct object object;
	struct list link; /* in the list of claimed ranges; unlinked: stands for nothing */
	uint16_t first, last;
};
