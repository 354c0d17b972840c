/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking into the kernel. */
#pragma once

#include "object/object.h"

struct debug {
	struct object object;
};
