/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of the boot memory map: what firmware maps do wrong, and the table's limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dev/boot_regions.h"

#define MIB 0x100000ull
#define RAM BOOT_REGION_RAM
#define RESERVED BOOT_REGION_RESERVED

static struct boot_info info;

static int reset(void **)
{
	memset(&info, 0, sizeof(info));
	return 0;
}

static void set(uint64_t base, uint64_t size, enum boot_region_kind kind)
{
	assert_true(boot_region_set(&info, base, size, kind));
}

static void assert_region(unsigned index, uint64_t base, uint64_t size, enum boot_region_kind kind)
{
	assert_true(index < info.region_count);
	assert_int_equal(info.regions[index].base, base);
	assert_int_equal(info.regions[index].size, size);
	assert_int_equal(info.regions[index].kind, kind);
}

static void sorts_what_comes_unsorted(void **)
{
	set(16 * MIB, MIB, RAM);
	set(MIB, MIB, RAM);
	set(8 * MIB, MIB, RESERVED);
	assert_int_equal(info.region_count, 3);
	assert_region(0, MIB, MIB, RAM);
	assert_region(1, 8 * MIB, MIB, RESERVED);
	assert_region(2, 16 * MIB, MIB, RAM);
}

static void the_last_word_wins_in_the_middle_of_a_region(void **)
{
	set(0, 16 * MIB, RAM);
	set(4 * MIB, MIB, RESERVED);
	assert_int_equal(info.region_count, 3);
	assert_region(0, 0, 4 * MIB, RAM);
	assert_region(1, 4 * MIB, MIB, RESERVED);
	assert_region(2, 5 * MIB, 11 * MIB, RAM);
}

static void the_last_word_wins_over_several_regions(void **)
{
	set(0, 4 * MIB, RAM);
	set(4 * MIB, MIB, BOOT_REGION_RECLAIM);
	set(8 * MIB, 4 * MIB, RAM);
	set(2 * MIB, 8 * MIB, RESERVED);
	assert_int_equal(info.region_count, 3);
	assert_region(0, 0, 2 * MIB, RAM);
	assert_region(1, 2 * MIB, 8 * MIB, RESERVED);
	assert_region(2, 10 * MIB, 2 * MIB, RAM);
}

static void joins_neighbours_of_one_kind(void **)
{
	set(0, MIB, RAM);
	set(2 * MIB, MIB, RAM);
	set(MIB, MIB, RAM);
	assert_int_equal(info.region_count, 1);
	assert_region(0, 0, 3 * MIB, RAM);
}

static void ram_shrinks_to_pages_and_the_rest_grows(void **)
{
	set(MIB + 1, 0x2fff, RAM);
	set(2 * MIB + 1, 1, RESERVED);
	assert_region(0, MIB + 0x1000, 0x2000, RAM);
	assert_region(1, 2 * MIB, 0x1000, RESERVED);
}

static void ram_without_a_whole_page_is_nothing(void **)
{
	set(MIB + 1, 0x1ffe, RAM);
	set(MIB, 0, RESERVED);
	assert_int_equal(info.region_count, 0);
}

static void kind_zero_makes_a_hole(void **)
{
	set(0, 3 * MIB, RAM);
	set(MIB, MIB, 0);
	assert_int_equal(info.region_count, 2);
	assert_int_equal(boot_region_kind_at(&info, MIB), 0);
	assert_int_equal(boot_region_kind_at(&info, 2 * MIB), RAM);
}

static void a_size_that_wraps_ends_at_the_top_of_memory(void **)
{
	set(MIB, ~0ull, RESERVED);
	set(~0ull - 4095, 4096, RAM);
	assert_int_equal(info.region_count, 1);
	assert_region(0, MIB, (1ull << 52) - MIB, RESERVED);
}

static void a_full_table_refuses_and_stays_as_it_was(void **)
{
	unsigned i = 0;
	struct boot_info before;

	while (boot_region_set(&info, 2 * MIB * i, MIB, RAM))
		i++;
	assert_true(info.region_count >= BOOT_REGIONS_MAX - 2);
	before = info;
	assert_false(boot_region_set(&info, 0x1000, 0x1000, RESERVED));
	assert_memory_equal(&before, &info, sizeof(info));
}

static void takes_from_the_top_below_the_limit(void **)
{
	set(MIB, 15 * MIB, RAM);
	set(64 * MIB, 16 * MIB, RAM);
	assert_int_equal(boot_region_take(&info, 0x1000, 1ull << 32), 80 * MIB - 0x1000);
	assert_int_equal(boot_region_take(&info, 0x2000, 1ull << 32), 80 * MIB - 0x3000);
	assert_int_equal(boot_region_take(&info, 0x1000, 72 * MIB), 72 * MIB - 0x1000);
	assert_int_equal(boot_region_take(&info, 0x1000, 32 * MIB), 16 * MIB - 0x1000);
	assert_int_equal(boot_region_kind_at(&info, 80 * MIB - 0x1000), BOOT_REGION_IN_USE);
}

static void never_takes_low_memory(void **)
{
	set(0x1000, 0x9e000, RAM);
	assert_int_equal(boot_region_take(&info, 0x1000, 1ull << 32), 0);
}

static void takes_nothing_from_too_little(void **)
{
	set(MIB, 0x4000, RAM);
	assert_int_equal(boot_region_take(&info, 0x8000, 1ull << 32), 0);
	assert_region(0, MIB, 0x4000, RAM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(sorts_what_comes_unsorted, reset),
	    cmocka_unit_test_setup(the_last_word_wins_in_the_middle_of_a_region, reset),
	    cmocka_unit_test_setup(the_last_word_wins_over_several_regions, reset),
	    cmocka_unit_test_setup(joins_neighbours_of_one_kind, reset),
	    cmocka_unit_test_setup(ram_shrinks_to_pages_and_the_rest_grows, reset),
	    cmocka_unit_test_setup(ram_without_a_whole_page_is_nothing, reset),
	    cmocka_unit_test_setup(kind_zero_makes_a_hole, reset),
	    cmocka_unit_test_setup(a_size_that_wraps_ends_at_the_top_of_memory, reset),
	    cmocka_unit_test_setup(a_full_table_refuses_and_stays_as_it_was, reset),
	    cmocka_unit_test_setup(takes_from_the_top_below_the_limit, reset),
	    cmocka_unit_test_setup(never_takes_low_memory, reset),
	    cmocka_unit_test_setup(takes_nothing_from_too_little, reset),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
