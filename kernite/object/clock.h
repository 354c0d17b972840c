/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: the page that every program may read, and the wall clock. */
#pragma once

#include "kernite/types.h"

/* Boot: fill the clock page; returns its address. `wall`: seconds since 1970 at boot, 0: unknown.
 */
paddr_t clock_boot(uint64_t wall);
