/* SPDX-License-Identifier: BSD-2-Clause */
/* The one place that mints EXECUTE. */
#pragma once

#include "object/object.h"

struct exec_authority {
	struct object object;
};
