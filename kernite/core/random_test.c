/* SPDX-License-Identifier: BSD-2-Clause */
/* ChaCha20 against RFC 8439, 2.3.2, and the generator's behaviour. */
#include "check.h"

#include "arch.h"
#include "core/random.h"

bool arch_random(uint64_t *value)
{
	(void)value;
	return false;
}

static void block_equals_the_rfc(void **state)
{
	const uint32_t input[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0x03020100,
	    0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c,
	    0x00000001, 0x09000000, 0x4a000000, 0x00000000};
	const uint32_t expected[16] = {0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7,
	    0x0368c033, 0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
	    0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
	uint32_t output[16];

	(void)state;
	chacha20_block(input, output);
	assert_memory_equal(output, expected, sizeof(expected));
}

static void generator_wants_256_bits(void **state)
{
	uint64_t seed = 1;

	(void)state;
	assert_false(random_is_seeded());
	random_mix(&seed, sizeof(seed), 0);
	assert_false(random_is_seeded());
	random_mix(&seed, sizeof(seed), 255);
	assert_false(random_is_seeded());
	random_interrupt(12345);
	assert_true(random_is_seeded());
}

static void outputs_differ(void **state)
{
	uint8_t a[64], b[64], c[7];

	(void)state;
	random_fill(a, sizeof(a));
	random_fill(b, sizeof(b));
	random_fill(c, sizeof(c));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, a + 32, 32);
	assert_memory_not_equal(a, c, sizeof(c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(block_equals_the_rfc),
	    cmocka_unit_test(generator_wants_256_bits),
	    cmocka_unit_test(outputs_differ),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
