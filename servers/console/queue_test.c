/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "queue.h"

static struct queue queue;

static int empty(void **state)
{
	memset(&queue, 0, sizeof queue);
	return 0;
}

static void a_new_queue_is_empty(void **state)
{
	uint8_t byte;

	assert_int_equal(queue_used(&queue), 0);
	assert_int_equal(queue_room(&queue), QUEUE_SIZE);
	assert_int_equal(queue_take(&queue, &byte, 1), 0);
}

static void a_full_queue_takes_no_more(void **state)
{
	static uint8_t data[QUEUE_SIZE + 100];

	assert_int_equal(queue_put(&queue, data, sizeof data), QUEUE_SIZE);
	assert_int_equal(queue_put(&queue, data, 1), 0);
	assert_int_equal(queue_room(&queue), 0);
}

static void bytes_come_out_in_order_around_the_end(void **state)
{
	uint8_t data[1000], out[1000], next_in = 0, next_out = 0;

	for (int round = 0; round < 100; round++) {
		for (size_t i = 0; i < sizeof data; i++)
			data[i] = next_in++;
		assert_int_equal(queue_put(&queue, data, sizeof data), sizeof data);
		size_t n = queue_take(&queue, out, 997);
		assert_int_equal(n, 997);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(out[i], next_out++);
	}
	assert_int_equal(queue_used(&queue), 300);
}

static void counters_may_wrap(void **state)
{
	uint8_t data[64], out[64];

	queue.head = queue.tail = UINT32_MAX - 20;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)i;
	assert_int_equal(queue_put(&queue, data, sizeof data), sizeof data);
	assert_int_equal(queue_used(&queue), sizeof data);
	assert_int_equal(queue_take(&queue, out, sizeof out), sizeof out);
	assert_memory_equal(data, out, sizeof data);
}

static void dropping_more_than_there_is_empties(void **state)
{
	size_t size;

	queue_put(&queue, "abc", 3);
	queue_drop(&queue, 100);
	assert_int_equal(queue_used(&queue), 0);
	queue_front(&queue, &size);
	assert_int_equal(size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_new_queue_is_empty, empty),
	    cmocka_unit_test_setup(a_full_queue_takes_no_more, empty),
	    cmocka_unit_test_setup(bytes_come_out_in_order_around_the_end, empty),
	    cmocka_unit_test_setup(counters_may_wrap, empty),
	    cmocka_unit_test_setup(dropping_more_than_there_is_empties, empty),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
