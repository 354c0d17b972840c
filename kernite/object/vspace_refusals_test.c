/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: every refusal of the methods. */
#include "fake_vspace.h"

static void map_refuses_write_with_execute(void **state)
{
	assert_int_equal(
	    map_raw(&space, &object_slot, 0, 0, 1, 7, 7, PRIVATE, nullptr), KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, &object_slot, 0, 0, 1, 1, 7, PRIVATE, nullptr), KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, &object_slot, 0, 0, 1, 8, 8, PRIVATE, nullptr), KN_E_INVALID_ARG);
}

static void map_refuses_a_protection_above_its_ceiling(void **state)
{
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, 1, RW, 1, PRIVATE, nullptr), KN_E_INVALID_ARG);
}

static void map_refuses_unclear_sharing(void **state)
{
	assert_int_equal(map_raw(&space, nullptr, 0, 0, 1, 1, 1, 0, nullptr), KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, 1, 1, 1, PRIVATE | SHARED, nullptr), KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, 1, 1, 1, SHARED, nullptr), KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, 1, 1, 1, PRIVATE | 64, nullptr), KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, 1, 1, 1, PRIVATE | KN_VSPACE_MAP_NO_REPLACE, nullptr),
	    KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, nullptr, 1, 0, 1, 1, 1, PRIVATE, nullptr), KN_E_INVALID_ARG);
}

static void map_refuses_bad_ranges(void **state)
{
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, 0, 1, 1, PRIVATE, nullptr), KN_E_INVALID_ARG);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, BASE + 1, 1, 1, 1, PRIVATE, nullptr), KN_E_ALIGNMENT);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, 1ull << 40, 1, 1, PRIVATE, nullptr), KN_E_NO_MEMORY);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, 0, ~0ull, 1, 1, PRIVATE, nullptr), KN_E_NO_MEMORY);

	const uint64_t addresses[] = {0, KN_USER_MIN - PAGE_SIZE, KN_USER_MAX,
	    KN_USER_MAX - PAGE_SIZE, 0xffff800000000000ull, ~PAGE_MASK};

	for (size_t i = 0; i < 6; i++)
		assert_int_equal(
		    map_raw(&space, nullptr, 0, addresses[i], 2, 1, 1, PRIVATE | FIXED, nullptr),
		    KN_E_BAD_ADDRESS);
	assert_int_equal(map_raw(&space, nullptr, 0, BASE, ~0ull, 1, 1, PRIVATE | FIXED, nullptr),
	    KN_E_BAD_ADDRESS);
}

static void map_refuses_pages_beyond_the_object(void **state)
{
	assert_int_equal(
	    map_raw(&space, &object_slot, 0, 0, 65, 1, 1, PRIVATE, nullptr), KN_E_RANGE);
	assert_int_equal(
	    map_raw(&space, &object_slot, 64, 0, 1, 1, 1, PRIVATE, nullptr), KN_E_RANGE);
	assert_int_equal(
	    map_raw(&space, &object_slot, ~0ull, 0, 2, 1, 1, SHARED, nullptr), KN_E_RANGE);
}

static void map_refuses_more_than_the_capability_allows(void **state)
{
	object_slot.cap.rights = KN_RIGHT_MAP | KN_RIGHT_READ;
	assert_int_equal(
	    map_raw(&space, &object_slot, 0, 0, 1, 1, RW, SHARED, nullptr), KN_E_RIGHTS);
	assert_int_equal(
	    map_raw(&space, &object_slot, 0, 0, 1, RX, RX, PRIVATE, nullptr), KN_E_RIGHTS);
	assert_int_equal(map_raw(&space, &object_slot, 0, 0, 1, RW, RW, PRIVATE, nullptr), KN_OK);
	object_slot.cap.rights = KN_RIGHT_MAP;
	assert_int_equal(
	    map_raw(&space, &object_slot, 0, 0, 1, 1, 1, PRIVATE, nullptr), KN_E_RIGHTS);
}

static void map_refuses_executable_anonymous_memory(void **state)
{
	assert_int_equal(map_raw(&space, nullptr, 0, 0, 1, RX, RX, PRIVATE, nullptr), KN_E_RIGHTS);
	assert_int_equal(map_raw(&space, nullptr, 0, 0, 1, 1, RX, PRIVATE, nullptr), KN_E_RIGHTS);
}

static void map_refuses_an_unconfigured_object(void **state)
{
	struct memory_object fresh;
	struct slot slot = fake_cap(&fresh.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);

	fake_object(&fresh);
	assert_int_equal(map_raw(&space, &slot, 0, 0, 1, 1, 1, SHARED, nullptr), KN_E_INVALID_ARG);
}

static void an_unconfigured_space_refuses_everything(void **state)
{
	struct vspace fresh;

	fake_space(&fresh);
	assert_int_equal(map_raw(&fresh, nullptr, 0, 0, 1, 1, 1, PRIVATE, nullptr), KN_E_BUSY);
	assert_int_equal(unmap(&fresh, BASE, 1), KN_E_BUSY);
	assert_int_equal(protect(&fresh, BASE, 1, 1), KN_E_BUSY);
	assert_int_equal(discard(&fresh, BASE, 1), KN_E_BUSY);
	assert_int_equal(clone(&fresh, &other), KN_E_BUSY);
	assert_int_equal(clone(&space, &fresh), KN_E_BUSY);
	assert_int_equal(FAKE_RUN(vspace_clear(&fresh)), KN_E_BUSY);
}

static void configure_refuses_a_second_time_and_bad_bases(void **state)
{
	const uint64_t bases[] = {0, 1, KN_USER_MAX, BASE + 5, ~PAGE_MASK};
	struct vspace_configure_in in = {&pool_slot, BASE};
	struct vspace fresh;

	assert_int_equal(vspace_configure(&space, &in), KN_E_BUSY);
	fake_space(&fresh);
	for (size_t i = 0; i < 5; i++) {
		in.map_base = bases[i];
		assert_int_equal(vspace_configure(&fresh, &in), KN_E_BAD_ADDRESS);
	}
	in.map_base = BASE;
	pool.limit = pool.used;
	assert_int_equal(vspace_configure(&fresh, &in), KN_E_NO_MEMORY);
}

static void no_replace_refuses_what_overlaps(void **state)
{
	uint32_t flags = PRIVATE | FIXED | KN_VSPACE_MAP_NO_REPLACE;

	assert_int_equal(map_raw(&space, nullptr, 0, BASE, 4, 1, 1, flags, nullptr), KN_OK);
	assert_int_equal(map_raw(&space, nullptr, 0, BASE + 3 * PAGE_SIZE, 4, 1, 1, flags, nullptr),
	    KN_E_OVERLAP);
	assert_int_equal(
	    map_raw(&space, nullptr, 0, BASE + 4 * PAGE_SIZE, 4, 1, 1, flags, nullptr), KN_OK);
}

static void protect_refuses_holes_and_ceilings(void **state)
{
	uint64_t a;

	assert_int_equal(map_raw(&space, nullptr, 0, BASE, 4, 1, 1, PRIVATE | FIXED, &a), KN_OK);
	assert_int_equal(protect(&space, BASE, 4, RW), KN_E_RIGHTS);
	assert_int_equal(protect(&space, BASE, 5, 1), KN_E_BAD_ADDRESS);
	assert_int_equal(protect(&space, BASE - PAGE_SIZE, 2, 1), KN_E_BAD_ADDRESS);
	assert_int_equal(protect(&space, BASE, 4, 7), KN_E_INVALID_ARG);
	assert_int_equal(protect(&space, BASE + 8, 4, 1), KN_E_ALIGNMENT);
	assert_int_equal(protect(&space, BASE, 0, 1), KN_E_BAD_ADDRESS);
	assert_int_equal(protect(&space, BASE, 4, 0), KN_OK);
}

static void unmap_and_discard_refuse_bad_ranges(void **state)
{
	assert_int_equal(unmap(&space, BASE + 1, 1), KN_E_ALIGNMENT);
	assert_int_equal(unmap(&space, BASE, 0), KN_E_BAD_ADDRESS);
	assert_int_equal(unmap(&space, 0, 1), KN_E_BAD_ADDRESS);
	assert_int_equal(unmap(&space, BASE, ~0ull), KN_E_BAD_ADDRESS);
	assert_int_equal(discard(&space, BASE + 1, 1), KN_E_ALIGNMENT);
	assert_int_equal(discard(&space, KN_USER_MAX, 1), KN_E_BAD_ADDRESS);
}

static void unmapping_a_hole_is_fine(void **state)
{
	assert_int_equal(unmap(&space, BASE, 1000), KN_OK);
	assert_int_equal(
	    unmap(&space, KN_USER_MIN, (KN_USER_MAX - KN_USER_MIN) >> PAGE_SHIFT), KN_OK);
}

static void wait_refuses_what_cannot_be_read(void **state)
{
	struct tcb caller = {};
	this_cpu()->current = &caller;
	uint64_t a = map(&space, nullptr, 1, RW, PRIVATE);
	struct vspace_wait_in in = {a + 2, 0};

	assert_int_equal(vspace_wait(&space, &in), KN_E_ALIGNMENT);
	in.address = a + PAGE_SIZE;
	assert_int_equal(vspace_wait(&space, &in), KN_E_BAD_ADDRESS);
	in.address = 0xffff800000000000ull;
	assert_int_equal(vspace_wait(&space, &in), KN_E_BAD_ADDRESS);
	in.address = a;
	in.expected = 1;
	assert_int_equal(vspace_wait(&space, &in), KN_E_WOULD_BLOCK);
	in.expected = 0;
	assert_int_equal(vspace_wait(&space, &in), KN_BLOCKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(map_refuses_write_with_execute),
	    TEST(map_refuses_a_protection_above_its_ceiling),
	    TEST(map_refuses_unclear_sharing),
	    TEST(map_refuses_bad_ranges),
	    TEST(map_refuses_pages_beyond_the_object),
	    TEST(map_refuses_more_than_the_capability_allows),
	    TEST(map_refuses_executable_anonymous_memory),
	    TEST(map_refuses_an_unconfigured_object),
	    TEST(an_unconfigured_space_refuses_everything),
	    TEST(configure_refuses_a_second_time_and_bad_bases),
	    TEST(no_replace_refuses_what_overlaps),
	    TEST(protect_refuses_holes_and_ceilings),
	    TEST(unmap_and_discard_refuse_bad_ranges),
	    TEST(unmapping_a_hole_is_fine),
	    TEST(wait_refuses_what_cannot_be_read),
	};

	return cmocka_run_group_tests_name("vspace refusals", tests, nullptr, nullptr);
}
