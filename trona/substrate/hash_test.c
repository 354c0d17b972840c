/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "fake_heap.h"

#include "trona/hash.h"

static void *value_of(uint64_t key)
{
	return (void *)(uintptr_t)(key * 8 + 8);
}

static void hash_finds_what_was_inserted(void **state)
{
	struct hash hash = {};

	assert_null(hash_find(&hash, 5));
	for (uint64_t key = 0; key < 5000; key++)
		assert_true(hash_insert(&hash, key << 20, value_of(key)));
	for (uint64_t key = 0; key < 5000; key++)
		assert_ptr_equal(hash_find(&hash, key << 20), value_of(key));
	assert_null(hash_find(&hash, 1));
	assert_int_equal(hash.count, 5000);
	hash_destroy(&hash);
	assert_int_equal(fake_heap_blocks, 0);
}

static void hash_insert_replaces_an_equal_key(void **state)
{
	struct hash hash = {};

	assert_true(hash_insert(&hash, 7, value_of(1)));
	assert_true(hash_insert(&hash, 7, value_of(2)));
	assert_int_equal(hash.count, 1);
	assert_ptr_equal(hash_find(&hash, 7), value_of(2));
	hash_destroy(&hash);
}

/* Random insertions and removals against a plain array. */
static void hash_agrees_with_an_array_after_removals(void **state)
{
	struct hash hash = {};
	void *model[512] = {};
	size_t count = 0;

	srandom(1);
	for (int i = 0; i < 50000; i++) {
		uint64_t key = (uint64_t)random() % 512;

		if (random() % 2) {
			count += model[key] == nullptr;
			model[key] = value_of(key);
			assert_true(hash_insert(&hash, key, value_of(key)));
		} else {
			assert_ptr_equal(hash_remove(&hash, key), model[key]);
			count -= model[key] != nullptr;
			model[key] = nullptr;
		}
		assert_int_equal(hash.count, count);
	}
	for (uint64_t key = 0; key < 512; key++)
		assert_ptr_equal(hash_find(&hash, key), model[key]);
	size_t position = 0, seen = 0;

	while (hash_next(&hash, &position) != nullptr)
		seen++;
	assert_int_equal(seen, count);
	hash_destroy(&hash);
}

static void hash_is_unchanged_when_memory_runs_out(void **state)
{
	struct hash hash = {};
	uint64_t key = 0;

	fake_heap_budget = 1;
	while (hash_insert(&hash, key, value_of(key)))
		key++;
	fake_heap_budget = -1;
	assert_int_equal(hash.count, key);
	for (uint64_t i = 0; i < key; i++)
		assert_ptr_equal(hash_find(&hash, i), value_of(i));
	assert_null(hash_find(&hash, key));
	hash_destroy(&hash);
	assert_int_equal(fake_heap_blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hash_finds_what_was_inserted),
	    cmocka_unit_test(hash_insert_replaces_an_equal_key),
	    cmocka_unit_test(hash_agrees_with_an_array_after_removals),
	    cmocka_unit_test(hash_is_unchanged_when_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
