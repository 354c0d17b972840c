/* SPDX-License-Identifier: BSD-2-Clause */
/* Regions: order, look-up, slabs, against a plain array. */
#include "mm/region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_machine.h"

#define MANY 2000

static struct pool pool;
static struct region_set set;

static int start(void **state)
{
	fake_machine_start(256);
	fake_pool(&pool);
	pool_add_boot_frames(&pool, paddr(frame_first << PAGE_SHIFT), 256);
	region_set_init(&set);
	return 0;
}

static int stop(void **state)
{
	fake_machine_stop();
	return 0;
}

static struct region *add(uint64_t start_page, uint64_t pages)
{
	assert_int_equal(region_reserve(&set, &pool, 1), KN_OK);

	struct region *region = region_alloc(&set, &(struct region){});

	region->start = start_page << PAGE_SHIFT;
	region->end = (start_page + pages) << PAGE_SHIFT;
	region_insert(&set, region);
	return region;
}

static unsigned depth(const struct region *region)
{
	if (!region)
		return 0;

	unsigned left = depth(region->left), right = depth(region->right);

	return 1 + (left > right ? left : right);
}

static void look_up_finds_what_contains_the_address(void **state)
{
	struct region *a = add(16, 4), *b = add(20, 1), *c = add(100, 10);

	assert_null(region_find(&set, 15 << PAGE_SHIFT));
	assert_ptr_equal(region_find(&set, 16 << PAGE_SHIFT), a);
	assert_ptr_equal(region_find(&set, (20 << PAGE_SHIFT) - 1), a);
	assert_ptr_equal(region_find(&set, 20 << PAGE_SHIFT), b);
	assert_null(region_find(&set, 21 << PAGE_SHIFT));
	assert_ptr_equal(region_at_or_above(&set, 21 << PAGE_SHIFT), c);
	assert_ptr_equal(region_at_or_above(&set, 0), a);
	assert_null(region_at_or_above(&set, 110 << PAGE_SHIFT));
}

static void the_last_hit_is_forgotten_with_its_region(void **state)
{
	struct region *a = add(16, 4);

	assert_ptr_equal(region_find(&set, 17 << PAGE_SHIFT), a);
	region_remove(&set, a);
	region_free(&set, a);
	assert_null(region_find(&set, 17 << PAGE_SHIFT));
}

static void ascending_insertion_keeps_the_tree_flat(void **state)
{
	for (uint64_t i = 0; i < MANY; i++)
		add(16 + 2 * i, 1);
	assert_true(depth(set.root) < 60);
	assert_int_equal(set.count, MANY);
}

/* What a look at region after region finds. */
static uint64_t slow_run_end(struct region *region, uint64_t size, unsigned prot, struct region **next)
{
	uint64_t end = region->end;

	while ((*next = region = region_next(&set, region)) && region->start - end < size && !(prot & ~region->max_prot))
		end = region->end;
	return end;
}

static void check_runs(struct region *region)
{
	const uint64_t size = (uint64_t)(rand() % 12) << PAGE_SHIFT;
	const unsigned prot = rand() % 4 ? 0 : 4;
	struct region *next, *expected;

	assert_int_equal(region_run_end(&set, region, size, prot, &next), slow_run_end(region, size, prot, &expected));
	assert_ptr_equal(next, expected);
}

static void random_insertion_and_removal_agree_with_an_array(void **state)
{
	static struct region *slots[512];

	srand(1);
	for (int round = 0; round < 20000; round++) {
		unsigned i = (unsigned)rand() % 512;

		if (slots[i]) {
			region_remove(&set, slots[i]);
			region_free(&set, slots[i]);
			slots[i] = nullptr;
		} else {
			slots[i] = add(16 + 4 * i, 1 + (unsigned)rand() % 4);
			slots[i]->max_prot = rand() % 100 ? 7 : 3;
			/* Shorter, and as long again. */
			slots[i]->start += PAGE_SIZE / 2;
			region_changed(&set, slots[i]);
			slots[i]->start -= PAGE_SIZE / 2;
			slots[i]->end -= PAGE_SIZE / 2;
			region_changed(&set, slots[i]);
			slots[i]->end += PAGE_SIZE / 2;
			region_changed(&set, slots[i]);
			check_runs(slots[i]);
			check_runs(region_at_or_above(&set, 0));
		}

		uint64_t address = (16 + (unsigned)rand() % 2048) << PAGE_SHIFT;
		struct region *expected = slots[((address >> PAGE_SHIFT) - 16) / 4];

		if (expected && address >= expected->end)
			expected = nullptr;
		assert_ptr_equal(region_find(&set, address), expected);
	}

	struct region *region = region_at_or_above(&set, 0);

	for (unsigned i = 0; i < 512; i++) {
		if (!slots[i])
			continue;
		assert_ptr_equal(region, slots[i]);
		region = region_next(&set, region);
	}
	assert_null(region);
}

static void slabs_are_charged_and_given_back(void **state)
{
	struct region *region = add(16, 1);

	assert_int_equal(pool.used, 1);
	region_remove(&set, region);
	region_free(&set, region);
	assert_int_equal(region_set_destroy(&set, &pool), KN_OK);
	assert_int_equal(pool.used, 0);
}

static void a_reserve_beyond_the_limit_is_refused(void **state)
{
	pool.limit = 1;
	assert_int_equal(region_reserve(&set, &pool, 10), KN_OK);
	assert_int_equal(region_reserve(&set, &pool, 100), KN_E_QUOTA);
	assert_int_equal(region_reserve(&set, &pool, 10), KN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(look_up_finds_what_contains_the_address, start, stop),
	    cmocka_unit_test_setup_teardown(the_last_hit_is_forgotten_with_its_region, start, stop),
	    cmocka_unit_test_setup_teardown(ascending_insertion_keeps_the_tree_flat, start, stop),
	    cmocka_unit_test_setup_teardown(
		random_insertion_and_removal_agree_with_an_array, start, stop),
	    cmocka_unit_test_setup_teardown(slabs_are_charged_and_given_back, start, stop),
	    cmocka_unit_test_setup_teardown(a_reserve_beyond_the_limit_is_refused, start, stop),
	};

	return cmocka_run_group_tests_name("region", tests, nullptr, nullptr);
}
