/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: mapping, protection and what accesses see. */
#include "fake_vspace.h"

static void fresh_memory_is_zero_and_charged_when_touched(void **state)
{
	uint64_t a = map(&space, nullptr, 100, RW, PRIVATE);

	assert_int_equal(space.committed, 0);
	assert_int_equal(read_at(&space, a + 5 * PAGE_SIZE + 77), 0);
	write_at(&space, a, 9);
	assert_int_equal(read_at(&space, a), 9);
	assert_int_equal(space.committed, 2);
	assert_int_equal(unmap(&space, a, 100), KN_OK);
	assert_int_equal(space.committed, 0);
	assert_int_equal(space.tables.count, 1);
}

static void equal_neighbours_become_one_region(void **state)
{
	for (uint64_t i = 0; i < 50; i++)
		assert_int_equal(map_raw(&space, nullptr, 0, BASE + i * PAGE_SIZE, 1, RW, RW,
				     PRIVATE | FIXED, nullptr),
		    KN_OK);
	assert_int_equal(space.regions.count, 1);
	assert_int_equal(protect(&space, BASE + 10 * PAGE_SIZE, 5, 1), KN_OK);
	assert_int_equal(space.regions.count, 3);
	assert_int_equal(protect(&space, BASE + 10 * PAGE_SIZE, 5, RW), KN_OK);
	assert_int_equal(space.regions.count, 1);
}

static void a_gap_is_found_again(void **state)
{
	uint64_t a = map(&space, nullptr, 10, RW, PRIVATE);
	uint64_t b = map(&space, &object_slot, 10, RW, SHARED);

	assert_int_equal(a, BASE);
	assert_int_equal(b, BASE + 10 * PAGE_SIZE);
	assert_int_equal(unmap(&space, a, 10), KN_OK);
	assert_int_equal(map(&space, nullptr, 12, RW, PRIVATE), BASE + 20 * PAGE_SIZE);
	assert_int_equal(unmap(&space, b, 10), KN_OK);
	assert_int_equal(map(&space, nullptr, 20, RW, PRIVATE), a);
}

static void a_hint_is_taken_when_it_is_free(void **state)
{
	uint64_t mapped;

	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0x7000000, 4, RW, RW, PRIVATE, &mapped), KN_OK);
	assert_int_equal(mapped, 0x7000000);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0x7000000, 4, RW, RW, PRIVATE, &mapped), KN_OK);
	assert_int_not_equal(mapped, 0x7000000);
}

static void the_last_user_page_can_be_mapped(void **state)
{
	uint64_t last = KN_USER_MAX - PAGE_SIZE;

	assert_int_equal(
	    map_raw(&space, nullptr, 0, last, 1, RW, RW, PRIVATE | FIXED, nullptr), KN_OK);
	write_at(&space, last + PAGE_SIZE - 1, 1);
	assert_int_equal(unmap(&space, last, 1), KN_OK);
	assert_int_equal(space.tables.count, 1);
}

static void shared_mappings_show_one_memory(void **state)
{
	uint64_t a = map(&space, &object_slot, 64, RW, SHARED);
	uint64_t b = map(&other, &object_slot, 64, RW, SHARED);

	write_at(&space, a + 3 * PAGE_SIZE, 5);
	assert_int_equal(read_at(&other, b + 3 * PAGE_SIZE), 5);
	write_at(&other, b + 3 * PAGE_SIZE, 6);
	assert_int_equal(read_at(&space, a + 3 * PAGE_SIZE), 6);
	assert_int_equal(space.committed, 0);
}

static void private_writes_stay_private(void **state)
{
	uint64_t a = map(&space, &object_slot, 64, RW, SHARED);
	uint64_t b = map(&other, &object_slot, 64, RW, PRIVATE);

	write_at(&space, a, 5);
	assert_int_equal(read_at(&other, b), 5);
	write_at(&other, b, 6);
	assert_int_equal(read_at(&space, a), 5);
	write_at(&space, a, 7);
	assert_int_equal(read_at(&other, b), 6);
	assert_int_equal(discard(&other, b, 1), KN_OK);
	assert_int_equal(read_at(&other, b), 7);
}

static void a_private_write_to_a_missing_page_commits_nothing_in_the_object(void **state)
{
	uint64_t b = map(&other, &object_slot, 64, RW, PRIVATE);

	write_at(&other, b + PAGE_SIZE, 1);
	assert_int_equal(object.committed, 0);
	assert_int_equal(read_at(&other, b + PAGE_SIZE + 1), 0);
}

static void a_read_fault_maps_present_neighbours(void **state)
{
	uint64_t a = map(&space, &object_slot, 64, RW, SHARED);
	uint64_t b = map(&other, &object_slot, 64, 1, SHARED);
	unsigned present = 0;

	for (int i = 0; i < 64; i++)
		write_at(&space, a + (uint64_t)i * PAGE_SIZE, (uint8_t)i);
	read_at(&other, b + 20 * PAGE_SIZE);
	for (uint64_t i = 0; i < 64; i++)
		present += pte_is_present(*table_find(&other.tables, b + i * PAGE_SIZE));
	assert_int_equal(present, 16);
	for (int i = 0; i < 64; i++)
		assert_int_equal(read_at(&other, b + (uint64_t)i * PAGE_SIZE), i);
}

static void protection_is_enforced(void **state)
{
	uint64_t a = map(&space, nullptr, 4, RW, PRIVATE);
	uint8_t value;

	write_at(&space, a, 1);
	assert_int_equal(protect(&space, a, 1, 1), KN_OK);
	assert_int_equal(fake_write(&space, a, 2), KN_E_RIGHTS);
	assert_int_equal(read_at(&space, a), 1);
	assert_int_equal(protect(&space, a, 1, 0), KN_OK);
	assert_int_equal(fake_read(&space, a, &value), KN_E_RIGHTS);
	assert_int_equal(fake_execute(&space, a), KN_E_RIGHTS);
	assert_int_equal(protect(&space, a, 1, RW), KN_OK);
	assert_int_equal(read_at(&space, a), 1);
	write_at(&space, a, 3);
	assert_int_equal(space.committed, 1);
}

static void a_fault_outside_is_a_bad_address(void **state)
{
	uint8_t value;

	assert_int_equal(fake_read(&space, BASE, &value), KN_E_BAD_ADDRESS);
	assert_int_equal(fake_read(&space, 0, &value), KN_E_BAD_ADDRESS);
	assert_int_equal(fake_write(&space, 0xffffffff80000000ull, 1), KN_E_BAD_ADDRESS);
}

static void an_access_beyond_a_shrunk_object_is_out_of_range(void **state)
{
	uint64_t a = map(&space, &object_slot, 64, RW, SHARED);
	const struct memory_object_resize_in in = {10};
	uint8_t value;

	write_at(&space, a + 20 * PAGE_SIZE, 1);
	write_at(&space, a + 5 * PAGE_SIZE, 1);
	assert_int_equal(FAKE_RUN(memory_object_resize(&object, &in)), KN_OK);
	fake_check(&space);
	assert_int_equal(fake_read(&space, a + 20 * PAGE_SIZE, &value), KN_E_RANGE);
	assert_int_equal(read_at(&space, a + 5 * PAGE_SIZE), 1);
}

static void populate_fills_at_once(void **state)
{
	uint64_t a = map(&space, nullptr, 16, RW, PRIVATE | KN_VSPACE_MAP_POPULATE);

	assert_int_equal(space.committed, 16);
	assert_true(pte_is_writable(*table_find(&space.tables, a + 15 * PAGE_SIZE)));
}

static void query_tells_regions_in_order(void **state)
{
	struct vspace_query_in in = {0};
	struct vspace_query_out out;
	uint64_t a = map(&space, nullptr, 4, RW, PRIVATE);
	uint64_t b = map(&space, &object_slot, 8, 1, SHARED);

	write_at(&space, a, 1);
	assert_int_equal(vspace_query(&space, &in, &out), KN_OK);
	assert_int_equal(out.info.address, a);
	assert_int_equal(out.info.committed, 1);
	assert_int_equal(out.info.object_id, 0);
	in.address = out.info.address + (out.info.pages << PAGE_SHIFT);
	assert_int_equal(vspace_query(&space, &in, &out), KN_OK);
	assert_int_equal(out.info.address, b);
	assert_int_equal(out.info.object_id, object.id);
	in.address = b + 8 * PAGE_SIZE;
	assert_int_equal(vspace_query(&space, &in, &out), KN_OK);
	assert_int_equal(out.info.pages, 0);
}

static void waiters_meet_by_object_and_by_address(void **state)
{
	struct tcb caller = {};
	this_cpu()->current = &caller;
	uint64_t a = map(&space, &object_slot, 8, RW, SHARED);
	uint64_t b = map(&other, &object_slot, 8, RW, SHARED);
	uint64_t p = map(&space, nullptr, 1, RW, PRIVATE);
	struct vspace_wake_out out;

	assert_int_equal(vspace_wait(&space, &(struct vspace_wait_in){a + 8, 0}), KN_BLOCKED);
	assert_int_equal(
	    vspace_wake(&other, &(struct vspace_wake_in){b + 12, 1}, &out), KN_OK);
	assert_int_equal(out.woken, 0);
	assert_int_equal(
	    vspace_wake(&other, &(struct vspace_wake_in){b + 8, 1}, &out), KN_OK);
	assert_int_equal(out.woken, 1);
	assert_int_equal(vspace_wait(&space, &(struct vspace_wait_in){p, 0}), KN_BLOCKED);
	assert_int_equal(vspace_wake(&other, &(struct vspace_wake_in){p, 1}, &out), KN_OK);
	assert_int_equal(out.woken, 0);
	assert_int_equal(vspace_wake(&space, &(struct vspace_wake_in){p, 1}, &out), KN_OK);
	assert_int_equal(out.woken, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(fresh_memory_is_zero_and_charged_when_touched),
	    TEST(equal_neighbours_become_one_region),
	    TEST(a_gap_is_found_again),
	    TEST(a_hint_is_taken_when_it_is_free),
	    TEST(the_last_user_page_can_be_mapped),
	    TEST(shared_mappings_show_one_memory),
	    TEST(private_writes_stay_private),
	    TEST(a_private_write_to_a_missing_page_commits_nothing_in_the_object),
	    TEST(a_read_fault_maps_present_neighbours),
	    TEST(protection_is_enforced),
	    TEST(a_fault_outside_is_a_bad_address),
	    TEST(an_access_beyond_a_shrunk_object_is_out_of_range),
	    TEST(populate_fills_at_once),
	    TEST(query_tells_regions_in_order),
	    TEST(waiters_meet_by_object_and_by_address),
	};

	return cmocka_run_group_tests_name("vspace mapping", tests, nullptr, nullptr);
}
