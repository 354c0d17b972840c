/* SPDX-License-Identifier: BSD-2-Clause */
/* The capability to the kernel's random generator (core/random.h). */
#pragma once

#include "object/object.h"

struct random {
	struct object object;
};
