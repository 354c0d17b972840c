/* SPDX-License-Identifier: BSD-2-Clause */
/* What a protected function puts between its arrays and its return address. Set once, by code without the protector that does not return. */
#pragma once

#include <stdint.h>

extern uint64_t __stack_chk_guard;

/* The value for a random number: a zero byte stops strings. */
static inline uint64_t canary_from(uint64_t random)
{
	return random & ~0xffull;
}
