/* SPDX-License-Identifier: BSD-2-Clause */
/* The counter behind the clock page. */
#pragma once

#include <stdint.h>

static inline uint64_t counter_read(void)
{
	return __builtin_ia32_rdtsc();
}
