/* SPDX-License-Identifier: BSD-2-Clause */
/* Page maps: growth, look-up, walking, pruning, and what happens when the pool runs dry. */
#include "mm/page_map.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fake_machine.h"

static struct pool pool;
static struct page_map map;

static int start(void **state)
{
	fake_machine_start(64);
	fake_pool(&pool);
	pool_add_boot_frames(&pool, paddr(frame_first << PAGE_SHIFT), 64);
	map = (struct page_map){};
	return 0;
}

static int stop(void **state)
{
	fake_machine_stop();
	return 0;
}

static void put(uint64_t page, uint64_t value)
{
	pte_t *entry;

	assert_int_equal(page_map_ensure(&map, &pool, page, &entry), KN_OK);
	page_map_set(&map, entry, value << PAGE_SHIFT | PAGE_PRESENT);
}

static uint64_t get(uint64_t page)
{
	pte_t *entry = page_map_find(&map, page);

	return entry ? entry->raw >> PAGE_SHIFT : 0;
}

static void take(uint64_t page)
{
	page_map_set(&map, page_map_find(&map, page), 0);
	page_map_prune(&map, &pool, page);
}

static void small_objects_need_no_node(void **state)
{
	for (uint64_t page = 0; page < PAGE_MAP_DIRECT; page++)
		put(page, page + 1);
	assert_int_equal(pool.used, 0);
	assert_int_equal(get(7), 8);
}

static void a_tree_grows_to_the_largest_page(void **state)
{
	const uint64_t pages[] = {8, 511, 512, 262143, 262144, (1ull << 27) + 5, (1ull << 36) - 1};

	for (size_t i = 0; i < 7; i++)
		put(pages[i], 100 + i);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(get(pages[i]), 100 + i);
	assert_int_equal(map.tree.levels, 4);
	assert_int_equal(get(9), 0);
	assert_int_equal(get(1ull << 35), 0);
}

static void the_first_page_may_be_the_last_possible(void **state)
{
	put(PAGE_MAP_MAX_PAGES - 1, 3);
	put(8, 4);
	assert_int_equal(get(PAGE_MAP_MAX_PAGES - 1), 3);
	assert_int_equal(get(8), 4);
}

static void empty_nodes_are_given_back(void **state)
{
	put(8, 1);
	put(600, 2);
	put(1ull << 30, 3);
	take(600);
	take(1ull << 30);
	take(8);
	assert_int_equal(pool.used, 0);
	assert_int_equal(map.tree.root.raw, 0);
	put(9, 1);
	assert_int_equal(pool.used, 1);
}

static void a_walk_visits_used_entries_in_order(void **state)
{
	const uint64_t pages[] = {2, 7, 8, 700, 5000000};
	uint64_t page = 0;
	size_t i = 0;

	for (size_t j = 0; j < 5; j++)
		put(pages[4 - j], j + 1);
	for (pte_t *entry; (entry = page_map_next(&map, &page, PAGE_MAP_MAX_PAGES)); page++)
		assert_int_equal(page, pages[i++]);
	assert_int_equal(i, 5);
	assert_int_equal(page, PAGE_MAP_MAX_PAGES);
}

static void a_walk_stops_at_its_end(void **state)
{
	uint64_t page = 3;

	put(700, 1);
	assert_null(page_map_next(&map, &page, 700));
	assert_int_equal(page, 700);
	assert_non_null(page_map_next(&map, &page, 701));
}

static void a_dry_pool_leaves_no_half_path(void **state)
{
	pte_t *entry;

	put(8, 1);
	pool.limit = pool.used + 2;
	assert_int_equal(page_map_ensure(&map, &pool, 1ull << 30, &entry), KN_E_QUOTA);
	page_map_prune(&map, &pool, 1ull << 30);
	assert_int_equal(get(8), 1);
	pool.limit = POOL_NO_LIMIT;
	take(8);
	put(20, 1);
	take(20);
	assert_int_equal(pool.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(small_objects_need_no_node, start, stop),
	    cmocka_unit_test_setup_teardown(a_tree_grows_to_the_largest_page, start, stop),
	    cmocka_unit_test_setup_teardown(the_first_page_may_be_the_last_possible, start, stop),
	    cmocka_unit_test_setup_teardown(empty_nodes_are_given_back, start, stop),
	    cmocka_unit_test_setup_teardown(a_walk_visits_used_entries_in_order, start, stop),
	    cmocka_unit_test_setup_teardown(a_walk_stops_at_its_end, start, stop),
	    cmocka_unit_test_setup_teardown(a_dry_pool_leaves_no_half_path, start, stop),
	};

	return cmocka_run_group_tests_name("page_map", tests, nullptr, nullptr);
}
