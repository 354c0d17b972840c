/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's boot console, for messages before a console server runs. */
#pragma once

#include "object/object.h"

struct console {
	struct object object;
};
