/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory is a capability without an object: base, size and how much is used are in the
 * slot (struct cap). `struct untyped` only gives the generated code a type; none exists.
 */
#pragma once

#include "object/object.h"

struct untyped {
	struct object object;
};

/* The range is unused now: no children, and no destroyed object is still in the reaper's hands.
 * KN_RESTART while it is. */
[[nodiscard]] kn_status untyped_try_reset(struct slot *slot);
