/* SPDX-License-Identifier: BSD-2-Clause */
/* Switching the machine off. */
#pragma once

#include "object/object.h"

struct power {
	struct object object;
};
