/* SPDX-License-Identifier: BSD-2-Clause */
/* Pools: frames in and out, budgets, and taking everything back. */
#include "object/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_machine.h"
#include "gen/memory_object_ops.h"
#include "gen/pool_ops.h"
#include "gen/vspace_ops.h"

static struct pool root, child, grandchild;
static struct slot untyped;

static int start(void **state)
{
	fake_machine_start(128);
	fake_pool(&root);
	fake_pool(&child);
	fake_pool(&grandchild);
	fake_untyped(&untyped, 0, 18); /* 64 pages */
	return 0;
}

static int stop(void **state)
{
	fake_machine_stop();
	return 0;
}

static kn_status configure(struct pool *pool, struct pool *parent, uint64_t limit)
{
	struct slot slot = fake_cap(&parent->object, KN_TYPE_POOL, KN_RIGHT_WRITE);

	return pool_configure(
	    pool, &(struct pool_configure_in){.parent = &slot, .limit = limit});
}

static kn_status refill(struct pool *pool, struct slot *slot)
{
	return FAKE_RUN(pool_refill(pool, &(struct pool_refill_in){.untyped = slot}));
}

static void a_refill_uses_the_whole_untyped(void **state)
{
	assert_int_equal(refill(&root, &untyped), KN_OK);
	assert_int_equal(root.home.free, 63);
	assert_int_equal(untyped.cap.payload, 64 * PAGE_SIZE);
	assert_int_equal(refill(&root, &untyped), KN_E_BUSY);
}

static void a_refill_refuses_devices_and_single_pages(void **state)
{
	struct slot small;

	fake_untyped(&small, 0, 12);
	assert_int_equal(refill(&root, &small), KN_E_BUSY);
	small.cap.size_bits = 7;
	assert_int_equal(refill(&root, &small), KN_E_ALIGNMENT);
	untyped.cap.flags = SLOT_DEVICE;
	assert_int_equal(refill(&root, &untyped), KN_E_NOT_SUPPORTED);
}

static void a_child_pool_cannot_be_refilled(void **state)
{
	assert_int_equal(configure(&child, &root, 5), KN_OK);
	assert_int_equal(refill(&child, &untyped), KN_E_WRONG_TYPE);
}

static void frames_are_zero_and_counted(void **state)
{
	paddr_t frame;
	static const char zero[PAGE_SIZE];

	assert_int_equal(refill(&root, &untyped), KN_OK);
	for (int i = 0; i < 63; i++) {
		assert_int_equal(pool_take(&root, FRAME_USER, true, &frame), KN_OK);
		assert_memory_equal(phys_to_virt(frame), zero, PAGE_SIZE);
	}
	assert_int_equal(pool_take(&root, FRAME_USER, true, &frame), KN_E_NO_MEMORY);
	assert_int_equal(root.used, 63);
	memset(phys_to_virt(frame), 1, PAGE_SIZE);
	frame_release(frame_of(frame));
	pool_uncharge(&root, 1);
	assert_int_equal(pool_take(&root, FRAME_USER, true, &frame), KN_OK);
	assert_memory_equal(phys_to_virt(frame), zero, PAGE_SIZE);
}

static void a_shared_frame_is_free_after_its_last_owner(void **state)
{
	paddr_t frame;

	assert_int_equal(refill(&root, &untyped), KN_OK);
	assert_int_equal(pool_take(&root, FRAME_USER, true, &frame), KN_OK);
	frame_share(frame_of(frame));
	frame_release(frame_of(frame));
	assert_int_equal(frame_of(frame)->kind, FRAME_USER);
	frame_release(frame_of(frame));
	assert_int_equal(frame_of(frame)->kind, FRAME_POOL_FREE);
}

static void every_ancestor_counts(void **state)
{
	assert_int_equal(configure(&child, &root, 10), KN_OK);
	assert_int_equal(configure(&grandchild, &child, 20), KN_OK);
	assert_int_equal(pool_charge(&grandchild, 8), KN_OK);
	assert_int_equal(root.used, 8);
	assert_int_equal(pool_charge(&grandchild, 3), KN_E_QUOTA);
	assert_int_equal(grandchild.used, 8);
	pool_uncharge(&grandchild, 8);
	assert_int_equal(root.used, 0);
	assert_int_equal(child.peak, 8);
}

static void a_limit_below_the_use_only_stops_growth(void **state)
{
	assert_int_equal(configure(&child, &root, POOL_NO_LIMIT), KN_OK);
	assert_int_equal(pool_charge(&child, 8), KN_OK);
	assert_int_equal(
	    pool_set_limit(&child, &(struct pool_set_limit_in){.limit = 4}), KN_OK);
	assert_int_equal(pool_charge(&child, 1), KN_E_QUOTA);
	pool_uncharge(&child, 5);
	assert_int_equal(pool_charge(&child, 1), KN_OK);
	pool_uncharge(&child, 4);
}

static void a_pool_in_use_or_too_deep_cannot_become_a_child(void **state)
{
	struct pool deep[3];

	assert_int_equal(configure(&root, &root, 1), KN_E_BUSY);
	assert_int_equal(configure(&child, &root, 1), KN_OK);
	assert_int_equal(configure(&child, &root, 1), KN_E_BUSY);
	assert_int_equal(configure(&root, &grandchild, 1), KN_E_BUSY);
	assert_int_equal(configure(&grandchild, &child, 1), KN_OK);
	fake_pool(&deep[0]);
	fake_pool(&deep[1]);
	assert_int_equal(configure(&deep[0], &grandchild, 1), KN_OK);
	assert_int_equal(configure(&deep[1], &deep[0], 1), KN_E_TOO_DEEP);
}

static void the_nearest_handler_is_asked(void **state)
{
	struct object endpoint = {.type = KN_TYPE_ENDPOINT};
	struct slot slot = fake_cap(&endpoint, KN_TYPE_ENDPOINT, KN_RIGHT_SEND);
	const struct pool_set_handler_in in = {.handler = &slot}, none = {};

	assert_int_equal(configure(&child, &root, 1), KN_OK);
	assert_null(pool_find_handler(&child));
	assert_int_equal(pool_set_handler(&root, &in), KN_OK);
	assert_ptr_equal(pool_find_handler(&child), &root.handler);
	assert_int_equal(pool_set_handler(&child, &in), KN_OK);
	assert_ptr_equal(pool_find_handler(&child), &child.handler);
	assert_int_equal(pool_set_handler(&child, &none), KN_OK);
	assert_ptr_equal(pool_find_handler(&child), &root.handler);
}

static void revoking_the_untyped_empties_all_users(void **state)
{
	struct memory_object object;
	struct vspace space;
	struct slot pool_slot = fake_cap(&child.object, KN_TYPE_POOL, KN_RIGHT_WRITE);
	struct slot object_slot;
	paddr_t frame;
	struct vspace_map_out out;

	assert_int_equal(refill(&root, &untyped), KN_OK);
	assert_int_equal(configure(&child, &root, POOL_NO_LIMIT), KN_OK);
	fake_object(&object);
	fake_space(&space);
	assert_int_equal(memory_object_configure_anonymous(&object,
			     &(struct memory_object_configure_anonymous_in){&pool_slot, 20}),
	    KN_OK);
	for (uint64_t page = 0; page < 20; page++)
		assert_int_equal(object_page(&object, page, true, &frame), KN_OK);
	assert_int_equal(
	    vspace_configure(&space, &(struct vspace_configure_in){&pool_slot, 0x100000}),
	    KN_OK);
	object_slot = fake_cap(&object.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);
	assert_int_equal(vspace_map(&space,
			     &(struct vspace_map_in){.object = &object_slot,
				 .pages = 20,
				 .prot = 3,
				 .max_prot = 3,
				 .flags = KN_VSPACE_MAP_SHARED},
			     &out),
	    KN_OK);
	for (uint64_t page = 0; page < 20; page++)
		assert_int_equal(fake_write(&space, out.mapped + page * PAGE_SIZE, 1), KN_OK);
	fake_work_limit(20);
	fake_kernel_entry();

	kn_status status;

	while ((status = pool_sever(&root.object, untyped.child)) == KN_RESTART) {
		fake_restarts++;
		fake_kernel_entry();
	}
	assert_int_equal(status, KN_OK);
	assert_true(fake_restarts > 0);
	assert_int_equal(root.used, 0);
	assert_int_equal(root.home.free, 0);
	assert_int_equal(space.tables.root.raw, 0);
	assert_int_equal(object.kind, KN_MEMORY_KIND_NONE);
	for (uint64_t i = 0; i < 64; i++)
		assert_int_equal(frame_table[i].kind, FRAME_UNTYPED);
	assert_int_equal(pool_take(&child, FRAME_USER, true, &frame), KN_E_NO_MEMORY);
	assert_int_equal(pool_take(&root, FRAME_USER, true, &frame), KN_E_NO_MEMORY);
}

static void a_destroyed_pool_gives_its_untyped_back(void **state)
{
	assert_int_equal(refill(&root, &untyped), KN_OK);
	assert_non_null(untyped.child);
	assert_int_equal(FAKE_RUN(pool_destroy(&root.object)), KN_OK);
	assert_null(untyped.child);
}

static void zeroed_frames_are_kept_for_those_who_need_them(void **state)
{
	paddr_t table, page;

	assert_int_equal(refill(&root, &untyped), KN_OK);
	assert_int_equal(pool_take(&root, FRAME_TABLE, true, &table), KN_OK);
	assert_int_equal(pool_take(&root, FRAME_USER, true, &page), KN_OK);
	frame_release(frame_of(page));
	pool_uncharge(&root, 1);
	pool_give(&root, table, true);

	paddr_t copy, fresh;

	assert_int_equal(pool_take(&root, FRAME_USER, false, &copy), KN_OK);
	assert_int_equal(copy.raw, page.raw);
	assert_int_equal(pool_take(&root, FRAME_USER, true, &fresh), KN_OK);
	assert_int_equal(fresh.raw, table.raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_refill_uses_the_whole_untyped, start, stop),
	    cmocka_unit_test_setup_teardown(a_refill_refuses_devices_and_single_pages, start, stop),
	    cmocka_unit_test_setup_teardown(a_child_pool_cannot_be_refilled, start, stop),
	    cmocka_unit_test_setup_teardown(frames_are_zero_and_counted, start, stop),
	    cmocka_unit_test_setup_teardown(
		a_shared_frame_is_free_after_its_last_owner, start, stop),
	    cmocka_unit_test_setup_teardown(every_ancestor_counts, start, stop),
	    cmocka_unit_test_setup_teardown(a_limit_below_the_use_only_stops_growth, start, stop),
	    cmocka_unit_test_setup_teardown(
		a_pool_in_use_or_too_deep_cannot_become_a_child, start, stop),
	    cmocka_unit_test_setup_teardown(the_nearest_handler_is_asked, start, stop),
	    cmocka_unit_test_setup_teardown(revoking_the_untyped_empties_all_users, start, stop),
	    cmocka_unit_test_setup_teardown(a_destroyed_pool_gives_its_untyped_back, start, stop),
	    cmocka_unit_test_setup_teardown(
		zeroed_frames_are_kept_for_those_who_need_them, start, stop),
	};

	return cmocka_run_group_tests_name("pool", tests, nullptr, nullptr);
}
