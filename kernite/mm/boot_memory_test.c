/* SPDX-License-Identifier: BSD-2-Clause */
/* Cutting up physical memory at boot. */
#include "mm/boot_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_machine.h"
#include "mm/frame.h"
#include "uapi/object/boot.h"

#define MIB 0x100000ull

/*
 * boot_memory.c keeps its state for ever, as it may; so there is one machine and one order of
 * tests. RAM lies where the host's heap put it; everything else is only numbers.
 */
static struct boot_info info;
static uint64_t ram;

static int start(void **state)
{
	void *memory;

	assert_int_equal(posix_memalign(&memory, 16 * MIB, 16 * MIB), 0);
	memset(memory, 0x77, 16 * MIB);
	ram = virt_to_phys(memory).raw;
	info.regions[0] = (struct boot_region){0, 0x9f000, BOOT_REGION_RAM};
	info.regions[1] = (struct boot_region){0x100000, 0x4000, BOOT_REGION_RESERVED};
	info.regions[2] = (struct boot_region){ram, 5 * MIB + 0x3000, BOOT_REGION_RAM};
	info.regions[3] = (struct boot_region){ram + 5 * MIB + 0x3000, 0x2000, BOOT_REGION_IN_USE};
	info.regions[4] = (struct boot_region){ram + 5 * MIB + 0x5000, 0x800, BOOT_REGION_RECLAIM};
	info.regions[5] = (struct boot_region){ram + 6 * MIB, 10 * MIB, BOOT_REGION_RAM};
	info.region_count = 6;
	boot_memory_init(&info);
	return 0;
}

static int stop(void **state)
{
	free(phys_to_virt(paddr(ram)));
	return 0;
}

static void the_table_covers_all_usable_ram(void **state)
{
	assert_int_equal(frame_first, ram >> PAGE_SHIFT);
	assert_int_equal(frame_count, 16 * MIB >> PAGE_SHIFT);
	assert_false(frame_is_ram(paddr(0x1000)));
	assert_false(frame_is_ram(paddr(ram + 16 * MIB)));
	assert_int_equal(boot_memory_total, 0x9f000 + 15 * MIB + 0x5000);
}

static void allocations_are_zero_and_aligned(void **state)
{
	char *a = boot_alloc(100, 1), *b = boot_alloc(3 * PAGE_SIZE, PAGE_SIZE);
	char *big = boot_alloc(6 * MIB, MIB);

	assert_int_equal((uint64_t)b & PAGE_MASK, 0);
	assert_true(a != b);
	for (size_t i = 0; i < 6 * MIB; i += 511)
		assert_int_equal(big[i], 0);
	/* Only the upper span has room for it. */
	assert_true(virt_to_phys(big).raw >= ram + 6 * MIB);
	assert_int_equal(frame_of(virt_to_phys(b))->kind, FRAME_KERNEL);
}

static void the_firmware_s_tables_are_found(void **state)
{
	uint64_t base, pages;

	assert_true(boot_memory_firmware_tables(&base, &pages));
	assert_int_equal(base, ram + 5 * MIB + 0x5000);
	assert_int_equal(pages, 1);
}

static void ranges_are_aligned_disjoint_and_complete(void **state)
{
	static struct kn_boot_untyped list[KN_BOOT_UNTYPED_MAX];
	size_t count = boot_memory_untypeds(list, KN_BOOT_UNTYPED_MAX);
	uint64_t ram_pages = 0;

	assert_true(count > 4 && count <= KN_BOOT_UNTYPED_MAX);
	for (size_t i = 0; i < count; i++) {
		uint64_t size = 1ull << list[i].size_bits;

		assert_int_equal(list[i].base & (size - 1), 0);
		for (size_t j = 0; j < i; j++)
			assert_true(list[j].base >= list[i].base + size ||
				    list[i].base >= list[j].base + (1ull << list[j].size_bits));
		if (i > 0 && list[i].is_device == list[i - 1].is_device)
			assert_true(list[i].size_bits <= list[i - 1].size_bits);
		if (list[i].is_device) {
			assert_true(list[i].base + size <= ram || list[i].base >= ram);
			assert_true(list[i].base >= 0x9f000);
			continue;
		}
		ram_pages += size >> PAGE_SHIFT;
		assert_int_equal(frame_of(paddr(list[i].base))->kind, FRAME_UNTYPED);
		assert_int_equal(frame_of(paddr(list[i].base + size - 1))->kind, FRAME_UNTYPED);
		/* Nothing that is in use or the firmware's. */
		assert_true(
		    list[i].base >= ram + 6 * MIB || list[i].base + size <= ram + 5 * MIB + 0x3000);
	}
	/* The table, the allocations above and small leftovers are all that is missing. */
	assert_true(ram_pages >= (15 - 7) * 256 - 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_table_covers_all_usable_ram),
	    cmocka_unit_test(allocations_are_zero_and_aligned),
	    cmocka_unit_test(the_firmware_s_tables_are_found),
	    cmocka_unit_test(ranges_are_aligned_disjoint_and_complete),
	};

	return cmocka_run_group_tests_name("boot_memory", tests, start, stop);
}
