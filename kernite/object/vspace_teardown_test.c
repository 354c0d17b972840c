/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: threads, objects and memory that go away. */
#include "fake_vspace.h"

static void a_destroyed_space_stops_its_threads(void **state)
{
	struct tcb thread = {};

	list_init(&thread.vspace_link);
	vspace_attach(&space, &thread);
	assert_int_equal(FAKE_RUN(vspace_destroy(&space.object)), KN_OK);
	assert_int_equal(fake_stopped_threads, 1);
	assert_null(thread.vspace);
}

static void a_destroyed_object_vanishes_from_all_spaces(void **state)
{
	uint64_t a = map(&space, &object_slot, 64, RW, SHARED);
	uint64_t b = map(&other, &object_slot, 64, RW, PRIVATE);
	uint8_t value;

	for (uint64_t i = 0; i < 64; i++) {
		write_at(&space, a + i * PAGE_SIZE, 1);
		write_at(&other, b + i * PAGE_SIZE, 1);
	}
	fake_work_limit(30);
	assert_int_equal(FAKE_RUN(memory_object_destroy(&object.object)), KN_OK);
	fake_check(&space);
	fake_check(&other);
	assert_int_equal(fake_read(&space, a, &value), KN_E_BAD_ADDRESS);
	assert_int_equal(fake_read(&other, b, &value), KN_E_BAD_ADDRESS);
	assert_int_equal(other.committed, 0);
}

/* Fail every allocation of a work-load in turn: nothing may leak or break. */
static void running_out_of_memory_anywhere_leaks_nothing(void **state)
{
	for (uint64_t more = 0; more < 60; more++) {
		uint64_t used = pool.used, a = 0, b = 0;

		pool.limit = used + more;
		if (map_raw(&space, nullptr, 0, 0, 600, RW, RW, PRIVATE, &a) == KN_OK)
			for (uint64_t i = 0; i < 600; i += 30)
				(void)fake_write(&space, a + i * PAGE_SIZE, 1);
		if (map_raw(&space, &object_slot, 0, 1ull << 40, 64, RW, RW, PRIVATE, &b) == KN_OK)
			for (uint64_t i = 0; i < 64; i += 9)
				(void)fake_write(&space, b + i * PAGE_SIZE, 1);
		(void)protect(&space, BASE + PAGE_SIZE, 7, 1);
		(void)clone(&space, &other);
		(void)fake_write(&other, BASE, 1);
		fake_check(&space);
		fake_check(&other);
		assert_true(pool.used <= used + more);
		pool.limit = POOL_NO_LIMIT;
		assert_int_equal(FAKE_RUN(vspace_retire(&space)), KN_OK);
		assert_int_equal(FAKE_RUN(vspace_retire(&other)), KN_OK);
		assert_int_equal(object.committed, 0);
		configure(&space);
		configure(&other);
		assert_int_equal(pool.used, used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_destroyed_space_stops_its_threads),
	    TEST(a_destroyed_object_vanishes_from_all_spaces),
	    TEST(running_out_of_memory_anywhere_leaks_nothing),
	};

	return cmocka_run_group_tests_name("vspace teardown", tests, nullptr, nullptr);
}
