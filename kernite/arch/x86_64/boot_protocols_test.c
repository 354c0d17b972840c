/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of the Multiboot2 and PVH front ends: what loaders say, and lengths that lie. The
 * loader's memory is an arena from 64 KiB on; acpi_view() refuses everything outside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"
#include "dev/boot_regions.h"

#define BASE 0x10000ull
#define SIZE 0x4000u
#define INFORMATION (BASE + 0x1000)
#define MIB 0x100000ull

static alignas(8) uint8_t arena[SIZE];
static struct boot_info info;
static uint64_t end; /* where the next tag goes */

const void *acpi_view(uint64_t address, size_t size)
{
	if (address < BASE || address > BASE + SIZE || size > BASE + SIZE - address)
		return nullptr;
	return &arena[address - BASE];
}

static void put(uint64_t address, uint64_t value, size_t size)
{
	memcpy(&arena[address - BASE], &value, size);
}

static int reset(void **)
{
	memset(arena, 0, sizeof(arena));
	memset(&info, 0, sizeof(info));
	end = INFORMATION + 8;
	return 0;
}

/* A tag with `count` 64-bit words of content; returns its address. */
static uint64_t tag(uint32_t type, uint32_t size)
{
	uint64_t address = end;

	put(address, type, 4);
	put(address + 4, size, 4);
	end += (size + 7) & ~7u;
	put(INFORMATION, end + 8 - INFORMATION, 4);
	put(end, 0, 4);
	put(end + 4, 8, 4);
	return address;
}

static void memory_map_entry(uint64_t address, uint64_t base, uint64_t size, uint32_t type)
{
	put(address, base, 8);
	put(address + 8, size, 8);
	put(address + 16, type, 4);
}

static uint64_t usual_memory_map(void)
{
	uint64_t map = tag(6, 16 + 3 * 24);

	put(map + 8, 24, 4);
	/* Reserved first, overlapping the RAM that follows. */
	memory_map_entry(map + 16, 8 * MIB, MIB, 2);
	memory_map_entry(map + 40, MIB, 15 * MIB, 1);
	memory_map_entry(map + 64, 12 * MIB, MIB, 3);
	return map;
}

static void multiboot2_reads_map_module_and_words(void **)
{
	uint64_t address;

	usual_memory_map();
	address = tag(3, 17);
	put(address + 8, 4 * MIB, 4);
	put(address + 12, 5 * MIB + 1, 4);
	address = tag(1, 8 + 6);
	memcpy(&arena[address + 8 - BASE], "hello", 6);
	address = tag(15, 8 + 36);
	assert_true(multiboot2_parse(INFORMATION, &info));
	assert_int_equal(boot_region_kind_at(&info, 2 * MIB), BOOT_REGION_RAM);
	assert_int_equal(boot_region_kind_at(&info, 8 * MIB), BOOT_REGION_RESERVED);
	assert_int_equal(boot_region_kind_at(&info, 12 * MIB), BOOT_REGION_RECLAIM);
	assert_int_equal(info.archive_base, 4 * MIB);
	assert_int_equal(info.archive_size, MIB + 1);
	assert_string_equal(info.command_line, "hello");
	assert_int_equal(info.acpi_rsdp, address + 8);
}

static void multiboot2_prefers_the_new_rsdp(void **)
{
	uint64_t modern;

	usual_memory_map();
	modern = tag(15, 8 + 36);
	tag(14, 8 + 20);
	assert_true(multiboot2_parse(INFORMATION, &info));
	assert_int_equal(info.acpi_rsdp, modern + 8);
}

static void multiboot2_without_a_memory_map_is_refused(void **)
{
	tag(1, 9);
	assert_false(multiboot2_parse(INFORMATION, &info));
}

static void multiboot2_outside_memory_is_refused(void **)
{
	usual_memory_map();
	assert_false(multiboot2_parse(BASE + SIZE, &info));
	assert_false(multiboot2_parse(INFORMATION + 4, &info));
	put(INFORMATION, SIZE, 4);
	assert_false(multiboot2_parse(INFORMATION, &info));
}

static void multiboot2_tags_that_lie_about_their_size_are_refused(void **)
{
	uint64_t map = usual_memory_map();

	put(map + 4, 4, 4);
	assert_false(multiboot2_parse(INFORMATION, &info));
	put(map + 4, 0xfffffff8, 4);
	assert_false(multiboot2_parse(INFORMATION, &info));
}

static void multiboot2_map_entries_too_small_are_refused(void **)
{
	uint64_t map = usual_memory_map();

	put(map + 8, 0, 4);
	assert_false(multiboot2_parse(INFORMATION, &info));
	put(map + 8, 8, 4);
	assert_false(multiboot2_parse(INFORMATION, &info));
}

static void multiboot2_modules_of_negative_size_are_ignored(void **)
{
	uint64_t module;

	usual_memory_map();
	module = tag(3, 17);
	put(module + 8, 5 * MIB, 4);
	put(module + 12, 4 * MIB, 4);
	assert_true(multiboot2_parse(INFORMATION, &info));
	assert_int_equal(info.archive_size, 0);
}

static void multiboot2_long_command_lines_are_cut(void **)
{
	uint64_t line;

	usual_memory_map();
	line = tag(1, 8 + 2000);
	memset(&arena[line + 8 - BASE], 'x', 2000);
	assert_true(multiboot2_parse(INFORMATION, &info));
	assert_int_equal(strlen(info.command_line), BOOT_COMMAND_LINE_MAX - 1);
}

static uint64_t usual_start_info(void)
{
	uint64_t map = BASE + 0x2000, modules = BASE + 0x2800;

	put(INFORMATION, 0x336ec578, 4);
	put(INFORMATION + 4, 1, 4);
	put(INFORMATION + 12, 1, 4);
	put(INFORMATION + 16, modules, 8);
	put(INFORMATION + 24, BASE + 0x3000, 8);
	put(INFORMATION + 32, 0xf5000, 8);
	put(INFORMATION + 40, map, 8);
	put(INFORMATION + 48, 2, 4);
	put(modules, 4 * MIB, 8);
	put(modules + 8, MIB, 8);
	memory_map_entry(map, 8 * MIB, MIB, 2);
	memory_map_entry(map + 24, MIB, 15 * MIB, 1);
	memcpy(&arena[0x3000], "hello", 6);
	return map;
}

static void pvh_reads_map_module_and_words(void **)
{
	usual_start_info();
	assert_true(pvh_parse(INFORMATION, &info));
	assert_int_equal(boot_region_kind_at(&info, 2 * MIB), BOOT_REGION_RAM);
	assert_int_equal(boot_region_kind_at(&info, 8 * MIB), BOOT_REGION_RESERVED);
	assert_int_equal(info.archive_base, 4 * MIB);
	assert_int_equal(info.archive_size, MIB);
	assert_string_equal(info.command_line, "hello");
	assert_int_equal(info.acpi_rsdp, 0xf5000);
}

static void pvh_with_a_wrong_magic_or_version_is_refused(void **)
{
	usual_start_info();
	put(INFORMATION + 4, 0, 4);
	assert_false(pvh_parse(INFORMATION, &info));
	put(INFORMATION + 4, 1, 4);
	put(INFORMATION, 0, 4);
	assert_false(pvh_parse(INFORMATION, &info));
	assert_false(pvh_parse(BASE + SIZE - 8, &info));
}

static void pvh_maps_outside_memory_are_refused(void **)
{
	usual_start_info();
	put(INFORMATION + 48, 0xffffffff, 4);
	assert_false(pvh_parse(INFORMATION, &info));
	put(INFORMATION + 48, 1000, 4);
	assert_false(pvh_parse(INFORMATION, &info));
	put(INFORMATION + 48, 2, 4);
	put(INFORMATION + 40, 0, 8);
	assert_false(pvh_parse(INFORMATION, &info));
}

static void pvh_command_lines_end_at_the_end_of_memory(void **)
{
	usual_start_info();
	memset(&arena[SIZE - 16], 'y', 16);
	put(INFORMATION + 24, BASE + SIZE - 16, 8);
	assert_true(pvh_parse(INFORMATION, &info));
	assert_string_equal(info.command_line, "yyyyyyyyyyyyyyyy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(multiboot2_reads_map_module_and_words, reset),
	    cmocka_unit_test_setup(multiboot2_prefers_the_new_rsdp, reset),
	    cmocka_unit_test_setup(multiboot2_without_a_memory_map_is_refused, reset),
	    cmocka_unit_test_setup(multiboot2_outside_memory_is_refused, reset),
	    cmocka_unit_test_setup(multiboot2_tags_that_lie_about_their_size_are_refused, reset),
	    cmocka_unit_test_setup(multiboot2_map_entries_too_small_are_refused, reset),
	    cmocka_unit_test_setup(multiboot2_modules_of_negative_size_are_ignored, reset),
	    cmocka_unit_test_setup(multiboot2_long_command_lines_are_cut, reset),
	    cmocka_unit_test_setup(pvh_reads_map_module_and_words, reset),
	    cmocka_unit_test_setup(pvh_with_a_wrong_magic_or_version_is_refused, reset),
	    cmocka_unit_test_setup(pvh_maps_outside_memory_are_refused, reset),
	    cmocka_unit_test_setup(pvh_command_lines_end_at_the_end_of_memory, reset),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
