/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counter behind the clock page (CNTVCT_EL0; ISB so that it is not read early, ARM ARM
 * D11.2.2).
 */
#pragma once

#include <stdint.h>

static inline uint64_t counter_read(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
	return value;
}
