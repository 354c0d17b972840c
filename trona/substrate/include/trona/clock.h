/* SPDX-License-Identifier: BSD-2-Clause */
/* Time without a system call, from a mapped clock page (boot slot CLOCK_PAGE, or what a process page tells). */
#pragma once

#include "uapi/types.h"

/* ns since boot; adding *wall_offset gives ns since 1970. */
kn_time clock_page_now(const void *page, int64_t *wall_offset);
