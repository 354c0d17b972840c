/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: fork, and pages that move. */
#include "fake_vspace.h"

static void both_sides_of_a_fork_write_without_the_other_seeing(void **state)
{
	uint64_t a = map(&space, nullptr, 20, RW, PRIVATE);

	for (uint64_t i = 0; i < 20; i++)
		write_at(&space, a + i * PAGE_SIZE, (uint8_t)i);
	assert_int_equal(clone(&space, &other), KN_OK);
	fake_check(&space);
	fake_check(&other);
	assert_int_equal(other.committed, 20);
	write_at(&space, a, 100);
	write_at(&other, a + PAGE_SIZE, 101);
	assert_int_equal(read_at(&other, a), 0);
	assert_int_equal(read_at(&space, a + PAGE_SIZE), 1);
	write_at(&other, a, 102);
	assert_int_equal(read_at(&space, a), 100);
}

static void the_last_sharer_writes_without_a_copy(void **state)
{
	uint64_t a = map(&space, nullptr, 1, RW, PRIVATE);

	write_at(&space, a, 1);
	assert_int_equal(clone(&space, &other), KN_OK);
	assert_int_equal(unmap(&other, a, 1), KN_OK);

	paddr_t before = pte_paddr(*table_find(&space.tables, a));

	write_at(&space, a, 2);
	assert_int_equal(pte_paddr(*table_find(&space.tables, a)).raw, before.raw);
}

static void a_sharer_is_charged_and_can_always_copy(void **state)
{
	uint64_t a = map(&space, nullptr, 10, RW, PRIVATE);

	for (uint64_t i = 0; i < 10; i++)
		write_at(&space, a + i * PAGE_SIZE, 1);
	assert_int_equal(clone(&space, &other), KN_OK);
	pool.limit = pool.used;
	for (uint64_t i = 0; i < 10; i++)
		write_at(&other, a + i * PAGE_SIZE, 2);
	assert_int_equal(read_at(&space, a), 1);
}

static void a_fork_leaves_out_what_is_not_inherited(void **state)
{
	uint64_t a = map(&space, nullptr, 2, RW, PRIVATE | KN_VSPACE_MAP_NO_INHERIT);
	uint64_t b = map(&space, &object_slot, 2, RW, SHARED);
	uint8_t value;

	write_at(&space, a, 1);
	write_at(&space, b, 2);
	assert_int_equal(clone(&space, &other), KN_OK);
	assert_int_equal(fake_read(&other, a, &value), KN_E_BAD_ADDRESS);
	write_at(&other, b, 3);
	assert_int_equal(read_at(&space, b), 3);
}

static void a_fork_keeps_pages_that_may_not_be_read_now(void **state)
{
	uint64_t a = map(&space, nullptr, 2, RW, PRIVATE);

	write_at(&space, a, 7);
	assert_int_equal(protect(&space, a, 2, 0), KN_OK);
	assert_int_equal(clone(&space, &other), KN_OK);
	assert_int_equal(protect(&other, a, 2, RW), KN_OK);
	assert_int_equal(protect(&space, a, 2, RW), KN_OK);
	write_at(&space, a, 8);
	assert_int_equal(read_at(&other, a), 7);
}

static void a_fork_that_runs_out_of_memory_leaves_an_empty_child(void **state)
{
	uint64_t a = map(&space, nullptr, 2000, RW, PRIVATE);

	for (uint64_t i = 0; i < 2000; i++)
		write_at(&space, a + i * PAGE_SIZE, 1);
	for (uint64_t more = 0; more < 2000; more += 97) {
		uint64_t used = pool.used;

		pool.limit = used + more;
		fake_work_limit(700);
		assert_int_equal(clone(&space, &other), KN_E_NO_MEMORY);
		assert_int_equal(other.regions.count, 0);
		assert_int_equal(other.committed, 0);
		assert_int_equal(other.tables.count, 1);
		fake_check(&space);
		pool.limit = POOL_NO_LIMIT;
	}
	fake_work_limit(0);
	assert_int_equal(clone(&space, &other), KN_OK);
}

static void a_fork_needs_an_empty_child_of_the_same_root(void **state)
{
	struct pool foreign;
	struct slot slot = fake_cap(&foreign.object, KN_TYPE_POOL, KN_RIGHTS_ALL);
	struct vspace stranger;
	const struct vspace_configure_in in = {&slot, BASE};

	assert_int_equal(clone(&space, &space), KN_E_BUSY);
	map(&other, nullptr, 1, RW, PRIVATE);
	assert_int_equal(clone(&space, &other), KN_E_BUSY);
	assert_int_equal(FAKE_RUN(vspace_clear(&other)), KN_OK);
	assert_int_equal(clone(&space, &other), KN_OK);

	paddr_t frames;

	assert_int_equal(pool_take(&pool, FRAME_USER, false, &frames), KN_OK);
	fake_pool(&foreign);
	/* Borrow some frames of the first pool's; this test gives nothing back through `foreign`.
	 */
	foreign.root = &pool;
	fake_space(&stranger);
	assert_int_equal(vspace_configure(&stranger, &in), KN_OK);
	foreign.root = &foreign;
	assert_int_equal(clone(&space, &stranger), KN_E_INVALID_ARG);
	foreign.root = &pool;
	assert_int_equal(FAKE_RUN(vspace_destroy(&stranger.object)), KN_OK);
	frame_release(frame_of(frames));
	pool_uncharge(&pool, 1);
}

static void a_fork_in_steps_survives_a_busy_parent(void **state)
{
	struct slot slot = fake_cap(&other.object, KN_TYPE_VSPACE, KN_RIGHTS_ALL);
	const struct vspace_clone_in in = {&slot};
	uint64_t a = map(&space, nullptr, 1500, RW, PRIVATE);
	kn_status status;
	unsigned steps = 0;

	for (uint64_t i = 0; i < 1500; i++)
		write_at(&space, a + i * PAGE_SIZE, 1);
	fake_work_limit(300);
	fake_kernel_entry();
	while ((status = vspace_clone(&space, &in)) == KN_RESTART) {
		fake_check(&space);
		fake_check(&other);
		/* The parent's other threads go on: behind the border, before it, and at it. */
		write_at(&space, a, (uint8_t)(2 + steps));
		fake_work_limit(0);
		assert_int_equal(
		    map_raw(&space, &object_slot, 0, a + (1499 - steps * 20) * PAGE_SIZE, 10, RW,
			RW, SHARED | FIXED, nullptr),
		    KN_OK);
		assert_int_equal(unmap(&space, a + (10 + steps) * PAGE_SIZE, 1), KN_OK);
		assert_int_equal(map_raw(&other, nullptr, 0, BASE - 100 * PAGE_SIZE, 1, RW, RW,
				     PRIVATE | FIXED, nullptr),
		    KN_E_BUSY);
		fake_work_limit(300);
		fake_kernel_entry();
		steps++;
	}
	assert_int_equal(status, KN_OK);
	assert_true(steps >= 2);
	fake_check(&space);
	fake_check(&other);
	assert_int_equal(read_at(&other, a), 1);
	assert_int_equal(read_at(&other, a + 10 * PAGE_SIZE), 1);
}

static kn_status take(struct vspace_take_in in)
{
	return FAKE_RUN((FAKE_OPERAND(in.source_address, 1), FAKE_OPERAND(in.address, 2), FAKE_OPERAND(in.pages, 3),
	    vspace_take(&other, &in)));
}

static void pages_can_be_taken_over(void **state)
{
	struct slot slot = fake_cap(&space.object, KN_TYPE_VSPACE, KN_RIGHTS_ALL);
	uint64_t a = map(&space, nullptr, 600, RW, PRIVATE);
	struct vspace_take_in in = {&slot, a + PAGE_SIZE, 0x7000000, 520};
	uint8_t value;

	for (uint64_t i = 0; i < 600; i += 3)
		write_at(&space, a + i * PAGE_SIZE, (uint8_t)i);

	uint64_t used = pool.used;

	pool.limit = pool.used + 10; /* fewer than the first step moves */
	assert_int_equal(take(in), KN_E_NO_MEMORY);
	assert_int_equal(pool.used - other.regions.free_count / 30, used);
	pool.limit = POOL_NO_LIMIT;
	assert_int_equal(take(in), KN_OK);
	fake_check(&space);
	fake_check(&other);
	assert_int_equal(fake_read(&space, a + PAGE_SIZE, &value), KN_E_BAD_ADDRESS);
	assert_int_equal(read_at(&space, a), 0);
	for (uint64_t i = 1; i < 520; i++)
		assert_int_equal(
		    read_at(&other, 0x7000000 + (i - 1) * PAGE_SIZE), i % 3 == 0 ? (uint8_t)i : 0);
	assert_int_equal(take(in), KN_E_BAD_ADDRESS);
	in.source_address = a + 540 * PAGE_SIZE;
	in.pages = 1;
	assert_int_equal(take(in), KN_E_OVERLAP);
	in.pages = 5000;
	assert_int_equal(take(in), KN_E_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(both_sides_of_a_fork_write_without_the_other_seeing),
	    TEST(the_last_sharer_writes_without_a_copy),
	    TEST(a_sharer_is_charged_and_can_always_copy),
	    TEST(a_fork_leaves_out_what_is_not_inherited),
	    TEST(a_fork_keeps_pages_that_may_not_be_read_now),
	    TEST(a_fork_that_runs_out_of_memory_leaves_an_empty_child),
	    TEST(a_fork_needs_an_empty_child_of_the_same_root),
	    TEST(a_fork_in_steps_survives_a_busy_parent),
	    TEST(pages_can_be_taken_over),
	};

	return cmocka_run_group_tests_name("vspace fork", tests, nullptr, nullptr);
}
