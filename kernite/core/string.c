/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four functions that the compiler may call, and nothing else. Words at a time: the kernel has
 * no vector registers. Big clears and copies of pages go through arch_clear_page() and
 * arch_copy_page().
 */
#include "kernite/types.h"

/* May alias anything, at any alignment (both machines load and store words anywhere). */
typedef uint64_t __attribute__((may_alias, aligned(1))) word;

void *(memcpy)(void *restrict to, const void *restrict from, size_t size)
{
	char *t = to;
	const char *f = from;

	for (; size >= 8; size -= 8, t += 8, f += 8)
		*(word *)t = *(const word *)f;
	for (; size > 0; size--)
		*t++ = *f++;
	return to;
}

void *(memset)(void *to, int value, size_t size)
{
	char *t = to;
	uint64_t pattern = (uint8_t)value * 0x0101010101010101ull;

	for (; size >= 32; size -= 32, t += 32) {
		((word *)t)[0] = pattern;
		((word *)t)[1] = pattern;
		((word *)t)[2] = pattern;
		((word *)t)[3] = pattern;
	}
	for (; size >= 8; size -= 8, t += 8)
		*(word *)t = pattern;
	for (; size > 0; size--)
		*t++ = (char)value;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *t = to;
	const char *f = from;

	if (t <= f || t >= f + size)
		return memcpy(to, from, size);
	while (size > 0) {
		size--;
		t[size] = f[size];
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size > 0; size--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}
