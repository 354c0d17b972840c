/* SPDX-License-Identifier: BSD-2-Clause */
/* The sample object of roundtrip.c. */
#pragma once

#include "core/invocation.h"

struct lamp {
	uint64_t before;
	struct object object;
};
