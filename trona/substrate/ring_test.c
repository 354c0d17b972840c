/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include "trona/ring.h"
#include "uapi/error.h"

#define SIZE 64

static _Alignas(64) uint8_t memory[RING_DATA + SIZE];
static struct ring writer, reader;

static int fresh(void **state)
{
	assert_int_equal(ring_init(&writer, memory, SIZE, true), KN_OK);
	assert_int_equal(ring_init(&reader, memory, SIZE, false), KN_OK);
	return 0;
}

static void ring_carries_bytes_in_order_across_its_end(void **state)
{
	uint8_t next_in = 0, next_out = 0;

	for (int round = 0; round < 1000; round++) {
		uint8_t in[48], out[48];
		size_t done;

		for (size_t i = 0; i < 48; i++)
			in[i] = (uint8_t)(next_in + i);
		assert_int_equal(ring_write(&writer, in, 1 + (size_t)round % 48, &done), KN_OK);
		next_in = (uint8_t)(next_in + done);
		assert_int_equal(ring_read(&reader, out, 1 + (size_t)round % 31, &done), KN_OK);
		for (size_t i = 0; i < done; i++)
			assert_int_equal(out[i], next_out++);
	}
}

static void ring_takes_only_what_fits(void **state)
{
	uint8_t bytes[100] = {};
	size_t done;

	assert_int_equal(ring_write(&writer, bytes, 100, &done), KN_OK);
	assert_int_equal(done, SIZE);
	assert_int_equal(ring_write(&writer, bytes, 1, &done), KN_OK);
	assert_int_equal(done, 0);
	assert_int_equal(ring_read(&reader, bytes, 100, &done), KN_OK);
	assert_int_equal(done, SIZE);
	assert_int_equal(ring_read(&reader, bytes, 100, &done), KN_OK);
	assert_int_equal(done, 0);
}

static void ring_refuses_an_impossible_index_of_the_other_side(void **state)
{
	size_t done;

	writer.shared->written = SIZE + 1;
	assert_int_equal(ring_readable(&reader, &done), KN_E_BAD_MESSAGE);
	/* ... for good, even if the other side takes it back. */
	writer.shared->written = 0;
	assert_int_equal(ring_read(&reader, &done, 1, &done), KN_E_BAD_MESSAGE);
}

static void ring_own_index_cannot_be_moved_by_the_other_side(void **state)
{
	uint8_t byte = 1;
	size_t done;

	assert_int_equal(ring_write(&writer, &byte, 1, &done), KN_OK);
	writer.shared->written = 40;
	assert_int_equal(ring_write(&writer, &byte, 1, &done), KN_OK);
	assert_int_equal(writer.shared->written, 2);
}

static void ring_write_to_a_closed_reader_is_peer_gone(void **state)
{
	uint8_t byte = 1;
	size_t done;

	ring_close_reader(&reader);
	assert_int_equal(ring_write(&writer, &byte, 1, &done), KN_E_PEER_GONE);
}

static void ring_ends_after_the_last_byte(void **state)
{
	uint8_t byte = 1;
	size_t done;

	assert_int_equal(ring_write(&writer, &byte, 1, &done), KN_OK);
	ring_close_writer(&writer);
	assert_false(ring_is_at_end(&reader));
	assert_int_equal(ring_read(&reader, &byte, 1, &done), KN_OK);
	assert_true(ring_is_at_end(&reader));
}

static void ring_wakes_a_sleeper_once(void **state)
{
	assert_false(ring_must_wake_reader(&writer));
	ring_reader_sleeps(&reader);
	assert_true(ring_must_wake_reader(&writer));
	assert_false(ring_must_wake_reader(&writer));
	ring_writer_sleeps(&writer);
	assert_true(ring_must_wake_writer(&reader));
	assert_false(ring_must_wake_writer(&reader));
}

static void ring_refuses_sizes_that_are_no_power_of_two(void **state)
{
	struct ring ring;

	assert_int_equal(ring_init(&ring, memory, 0, false), KN_E_INVALID_ARG);
	assert_int_equal(ring_init(&ring, memory, 65, false), KN_E_INVALID_ARG);
	assert_int_equal(ring_init(&ring, memory, 32, false), KN_E_INVALID_ARG);
	assert_int_equal(ring_init(&ring, memory, 0x80000000u, false), KN_E_INVALID_ARG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(ring_carries_bytes_in_order_across_its_end, fresh),
	    cmocka_unit_test_setup(ring_takes_only_what_fits, fresh),
	    cmocka_unit_test_setup(ring_refuses_an_impossible_index_of_the_other_side, fresh),
	    cmocka_unit_test_setup(ring_own_index_cannot_be_moved_by_the_other_side, fresh),
	    cmocka_unit_test_setup(ring_write_to_a_closed_reader_is_peer_gone, fresh),
	    cmocka_unit_test_setup(ring_ends_after_the_last_byte, fresh),
	    cmocka_unit_test_setup(ring_wakes_a_sleeper_once, fresh),
	    cmocka_unit_test(ring_refuses_sizes_that_are_no_power_of_two),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
