/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "fake_heap.h"

#include "trona/array.h"

struct item {
	uint64_t words[3];
};

static struct item *items;
static size_t capacity;

static int empty(void **state)
{
	heap_free(items);
	items = nullptr;
	capacity = 0;
	fake_heap_budget = -1;
	return 0;
}

static void new_items_are_zero_and_old_ones_stay(void **state)
{
	for (size_t count = 0; count < 1000; count++) {
		assert_true(array_reserve(&items, &capacity, count + 1));
		assert_true(capacity > count);
		for (size_t i = count; i < capacity; i++)
			assert_true(items[i].words[0] == 0 && items[i].words[2] == 0);
		items[count].words[0] = items[count].words[2] = count + 1;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_true(items[i].words[0] == i + 1 && items[i].words[2] == i + 1);
}

/* Else a thousand appends copy half a million items. */
static void capacity_doubles(void **state)
{
	assert_true(array_reserve(&items, &capacity, 1));
	assert_int_equal(capacity, 4);
	assert_true(array_reserve(&items, &capacity, 5));
	assert_int_equal(capacity, 8);
	assert_true(array_reserve(&items, &capacity, 100));
	assert_int_equal(capacity, 100);
	assert_true(array_reserve(&items, &capacity, 100));
	assert_int_equal(capacity, 100);
	assert_true(array_reserve(&items, &capacity, 101));
	assert_int_equal(capacity, 200);
}

static void no_memory_changes_nothing(void **state)
{
	assert_true(array_reserve(&items, &capacity, 4));
	items[3].words[1] = 7;
	struct item *before = items;

	fake_heap_budget = 0;
	assert_false(array_reserve(&items, &capacity, 5));
	assert_ptr_equal(items, before);
	assert_int_equal(capacity, 4);
	assert_int_equal(items[3].words[1], 7);
	assert_true(array_reserve(&items, &capacity, 4));
}

/* A product that wraps around would be a small allocation for a large array. */
static void sizes_that_overflow_are_refused(void **state)
{
	assert_true(array_reserve(&items, &capacity, 4));
	struct item *before = items;

	assert_false(array_reserve(&items, &capacity, SIZE_MAX / sizeof *items + 2));
	assert_false(array_reserve(&items, &capacity, SIZE_MAX / 2 / sizeof *items + 1));
	assert_false(array_reserve(&items, &capacity, SIZE_MAX));
	assert_ptr_equal(items, before);
	assert_int_equal(capacity, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(new_items_are_zero_and_old_ones_stay, empty),
	    cmocka_unit_test_setup(capacity_doubles, empty),
	    cmocka_unit_test_setup(no_memory_changes_nothing, empty),
	    cmocka_unit_test_setup_teardown(sizes_that_overflow_are_refused, empty, empty),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
