/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random: an additive feedback generator with state arrays as in BSD (picolibc has no
 * initstate).
 */
#include "../internal.h"

#include <pthread.h>
#include <stdlib.h>

static uint32_t state_default[32];
static uint32_t *state = state_default;
static unsigned front = 3, back;
static bool is_seeded;

/* The state array's first word keeps nothing but a mark: one kind, degree 31. */
static void fill(unsigned seed)
{
	uint32_t *words = state + 1;
	int32_t word = seed ? (int32_t)seed : 1;

	for (int i = 0; i < 31; i++) {
		words[i] = (uint32_t)word;
		int32_t high = word / 127773, low = word % 127773;
		word = 16807 * low - 2836 * high;
		if (word < 0)
			word += 2147483647;
	}
	front = 3;
	back = 0;
	is_seeded = true;
	for (int i = 0; i < 310; i++)
		(void)random();
}

void srandom(unsigned seed)
{
	fill(seed);
}

long random(void)
{
	uint32_t *words = state + 1;

	if (!is_seeded)
		fill(1);
	uint32_t value = words[front] += words[back];
	front = front == 30 ? 0 : front + 1;
	back = back == 30 ? 0 : back + 1;
	return value >> 1;
}

char *initstate(unsigned seed, char *array, size_t size)
{
	char *old = (char *)state;

	if (size < 128)
		return nullptr;
	state = (uint32_t *)(void *)array;
	fill(seed);
	return old;
}

char *setstate(char *array)
{
	char *old = (char *)state;

	state = (uint32_t *)(void *)array;
	front = 3;
	back = 0;
	return old;
}
