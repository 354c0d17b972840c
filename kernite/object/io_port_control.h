/* SPDX-License-Identifier: BSD-2-Clause */
/* The authority to hand out I/O ports. */
#pragma once

#include "object/object.h"

struct io_port_control {
	struct object object;
};
