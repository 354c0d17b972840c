/* SPDX-License-Identifier: BSD-2-Clause */
/* The authority to hand out interrupts. */
#pragma once

#include "object/object.h"

struct irq_control {
	struct object object;
};
