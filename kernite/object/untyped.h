/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory is a capability without an object: base, size and how much is used are in the
 * slot (struct cap).
 */
#pragma once

#include "object/object.h"

/* The range is unused now: no children, and no destroyed object is still in the reaper's hands.
 * KN_RESTART while it is. */
[[nodiscard]] kn_status untyped_try_reset(struct slot *slot);
