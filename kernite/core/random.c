/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ChaCha20 (RFC 8439) as a generator with fast key erasure: each block's first half becomes the
 * next key at once, so a later look at the state tells nothing about earlier output. Input is
 * absorbed by XOR into the key and a further block.
 *
 * Seeded: 256 bits have been credited. The CPU's random instruction and the loader are credited in
 * full, each interrupt's time with one bit.
 */
#include "core/random.h"

#include "arch.h"

#define SEEDED_BITS 256

static uint32_t key[8];
static uint64_t counter;
static unsigned credited;

static uint32_t rotate(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

static void quarter_round(uint32_t *x, unsigned a, unsigned b, unsigned c, unsigned d)
{
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 7);
}

void chacha20_block(const uint32_t input[16], uint32_t output[16])
{
	uint32_t x[16];

	memcpy(x, input, sizeof(x));
	for (unsigned i = 0; i < 10; i++) {
		for (unsigned column = 0; column < 4; column++)
			quarter_round(x, column, column + 4, column + 8, column + 12);
		for (unsigned column = 0; column < 4; column++)
			quarter_round(x, column, (column + 1) % 4 + 4, (column + 2) % 4 + 8, (column + 3) % 4 + 12);
	}
	for (unsigned i = 0; i < 16; i++)
		output[i] = x[i] + input[i];
}

static void next_block(uint32_t block[16])
{
	uint32_t input[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

	memcpy(&input[4], key, sizeof(key));
	memcpy(&input[12], &counter, sizeof(counter));
	counter++;
	chacha20_block(input, block);
}

void random_mix(const void *bytes, size_t size, unsigned bits)
{
	const uint8_t *from = bytes;
	uint32_t block[16];

	while (size > 0) {
		size_t part = size < sizeof(key) ? size : sizeof(key);

		for (size_t i = 0; i < part; i++)
			((uint8_t *)key)[i] ^= from[i];
		next_block(block);
		memcpy(key, block, sizeof(key));
		from += part;
		size -= part;
	}
	credited = credited + bits > SEEDED_BITS ? SEEDED_BITS : credited + bits;
}

void random_interrupt(uint64_t cycles)
{
	if (credited < SEEDED_BITS)
		random_mix(&cycles, sizeof(cycles), 1);
	else
		key[0] ^= (uint32_t)cycles;
}

bool random_is_seeded(void)
{
	return credited >= SEEDED_BITS;
}

void random_fill(void *bytes, size_t size)
{
	uint8_t *to = bytes;
	uint32_t block[16];

	while (size > 0) {
		size_t part = size < 32 ? size : 32;

		next_block(block);
		memcpy(key, block, sizeof(key));
		memcpy(to, &block[8], part);
		to += part;
		size -= part;
	}
}

void random_boot(uint64_t entropy)
{
	uint64_t value = arch_cycles();

	random_mix(&value, sizeof(value), 0);
	if (entropy != 0)
		random_mix(&entropy, sizeof(entropy), 64);
	for (unsigned i = 0; i < 8 && arch_random(&value); i++)
		random_mix(&value, sizeof(value), 64);
}
