/* SPDX-License-Identifier: BSD-2-Clause */
/* Units of kind posix: the first processes, started through procmgr. */
#pragma once

#include "unit.h"

[[nodiscard]] kn_status posix_start(struct unit *unit);
/* Does the process still exist? When one ends the loop gets a SIGNAL. */
bool posix_is_running(const struct unit *unit);
