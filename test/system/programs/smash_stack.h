/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Write over everything from a local array to beyond the return address. */
[[gnu::noinline]] static void smash_stack(void)
{
	char room[16];
	volatile char *at = room;

	__asm__("" : "+r"(at)); /* the compiler must not know where it ends */
	for (int i = 0; i < 64; i++)
		at[i] = 'x';
}
