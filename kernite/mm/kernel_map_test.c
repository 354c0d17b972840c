/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of the kernel's map maker, over a small arena that plays physical memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "mm/kernel_map.h"

#define FRAMES 32

static _Alignas(PAGE_SIZE) uint8_t arena[FRAMES * PAGE_SIZE];
static struct table_pool pool;
static uint64_t root;

static int reset(void **)
{
	memset(arena, 0, sizeof(arena));
	/* Physical addresses start at 16 MiB, so that no address is mistaken for a null one. */
	root = 16 << 20;
	pool = (struct table_pool){root + PAGE_SIZE, root + sizeof(arena), (uint64_t)arena - root};
	return 0;
}

/* What a walk finds: the entry and the level it is at (9: nothing there). */
static pte_t look_up(uint64_t address, unsigned *level)
{
	uint64_t table = root;

	for (unsigned walk = 3;; walk--) {
		pte_t entry = ((pte_t *)(table + pool.offset))[address >> (12 + 9 * walk) & 511];

		*level = pte_is_present(entry) ? walk : 9;
		if (!pte_is_present(entry) || pte_is_leaf(entry, walk))
			return entry;
		table = pte_paddr(entry).raw;
	}
}

static uint64_t translate(uint64_t address)
{
	unsigned level;
	pte_t entry = look_up(address, &level);

	return level == 9 ? 0
			  : (pte_paddr(entry).raw & ~((1ull << (12 + 9 * level)) - 1)) |
				(address & ((1ull << (12 + 9 * level)) - 1));
}

static bool map(uint64_t address, uint64_t physical, uint64_t size)
{
	return kernel_map(&pool, root, address, physical, size, VM_READ | VM_WRITE, VM_NORMAL, 2);
}

static void maps_a_gigabyte_with_one_entry(void **)
{
	uint64_t before = pool.next;
	unsigned level;

	assert_true(map(PHYS_MAP_BASE + (1ull << 30), 1ull << 30, 1ull << 30));
	look_up(PHYS_MAP_BASE + (1ull << 30) + 12345, &level);
	assert_int_equal(level, 2);
	assert_int_equal(pool.next - before, PAGE_SIZE);
	assert_int_equal(translate(PHYS_MAP_BASE + 0x5234'5678), 0x5234'5678);
}

static void uses_small_pages_only_at_odd_edges(void **)
{
	unsigned level;

	assert_true(map(PHYS_MAP_BASE + 0x401ff000, 0x401ff000, 0x402000));
	look_up(PHYS_MAP_BASE + 0x401ff000, &level);
	assert_int_equal(level, 0);
	look_up(PHYS_MAP_BASE + 0x40200000, &level);
	assert_int_equal(level, 1);
	look_up(PHYS_MAP_BASE + 0x40600000, &level);
	assert_int_equal(level, 0);
	look_up(PHYS_MAP_BASE + 0x40601000, &level);
	assert_int_equal(level, 9);
	look_up(PHYS_MAP_BASE + 0x401fe000, &level);
	assert_int_equal(level, 9);
}

static void small_page_where_offsets_differ(void **)
{
	unsigned level;

	assert_true(map(KERNEL_BASE, 0x40201000, 0x200000));
	look_up(KERNEL_BASE, &level);
	assert_int_equal(level, 0);
	assert_int_equal(translate(KERNEL_BASE + 0x1fffff), 0x40400fff);
}

static void largest_level_is_respected(void **)
{
	unsigned level;

	assert_true(
	    kernel_map(&pool, root, KERNEL_BASE, 0x40200000, 0x200000, VM_READ, VM_NORMAL, 0));
	look_up(KERNEL_BASE, &level);
	assert_int_equal(level, 0);
}

static void keeps_what_is_mapped_already(void **)
{
	unsigned level;
	pte_t entry;

	assert_true(kernel_map(
	    &pool, root, PHYS_MAP_BASE, 0, 1ull << 30, VM_READ | VM_WRITE, VM_DEVICE, 2));
	entry = look_up(PHYS_MAP_BASE + 0x9000000, &level);
	assert_true(map(PHYS_MAP_BASE + 0x9000000, 0x9000000, PAGE_SIZE));
	assert_int_equal(look_up(PHYS_MAP_BASE + 0x9000000, &level).raw, entry.raw);
	assert_int_equal(level, 2);
}

static void refuses_when_the_pool_is_empty(void **)
{
	pool.end = pool.next + 2 * PAGE_SIZE;
	assert_false(map(KERNEL_BASE, 0x40201000, PAGE_SIZE));
}

static void kernel_text_is_never_writable_and_data_never_executable(void **)
{
	pte_t text = pte_leaf(paddr(0x1000), VM_READ | VM_EXECUTE, VM_NORMAL);
	pte_t data = pte_leaf(paddr(0x1000), VM_READ | VM_WRITE, VM_NORMAL);

	assert_true(text.raw & PTE_AP_READONLY);
	assert_false(text.raw & PTE_PXN);
	assert_true(text.raw & PTE_UXN);
	assert_true(data.raw & PTE_PXN);
	assert_true(data.raw & PTE_UXN);
	assert_false(text.raw & PTE_AP_USER);
}

static void user_pages_are_never_executable_by_the_kernel(void **)
{
	for (unsigned perms = 0; perms < 8; perms++) {
		pte_t entry = pte_leaf(paddr(0x1000), perms | VM_USER, VM_NORMAL);

		assert_true(entry.raw & PTE_PXN);
		assert_true(entry.raw & PTE_NOT_GLOBAL);
		assert_int_equal(!(entry.raw & PTE_UXN), !!(perms & VM_EXECUTE));
		assert_int_equal(pte_is_writable(entry), !!(perms & VM_WRITE));
	}
}

static void changing_rights_keeps_address_and_type(void **)
{
	pte_t entry =
	    pte_leaf(paddr(0x0000'1234'5678'9000), VM_READ | VM_WRITE | VM_USER, VM_DEVICE);
	pte_t changed = pte_with_perms(entry, VM_READ | VM_USER);

	assert_false(pte_is_writable(changed));
	assert_int_equal(pte_paddr(changed).raw, pte_paddr(entry).raw);
	assert_int_equal(pte_with_perms(changed, VM_READ | VM_WRITE | VM_USER).raw, entry.raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(maps_a_gigabyte_with_one_entry, reset),
	    cmocka_unit_test_setup(uses_small_pages_only_at_odd_edges, reset),
	    cmocka_unit_test_setup(small_page_where_offsets_differ, reset),
	    cmocka_unit_test_setup(largest_level_is_respected, reset),
	    cmocka_unit_test_setup(keeps_what_is_mapped_already, reset),
	    cmocka_unit_test_setup(refuses_when_the_pool_is_empty, reset),
	    cmocka_unit_test(kernel_text_is_never_writable_and_data_never_executable),
	    cmocka_unit_test(user_pages_are_never_executable_by_the_kernel),
	    cmocka_unit_test(changing_rights_keeps_address_and_type),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
