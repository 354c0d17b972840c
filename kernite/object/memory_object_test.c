/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory objects: refusals, sizes, clones, slices, pins, and physical ranges. */
#include "object/memory_object.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_machine.h"
#include "gen/memory_object_ops.h"
#include "gen/vspace_ops.h"
#include "object/tcb.h"

#define RAM_PAGES 2048
#define POOL_PAGES 1024 /* the upper half is untyped */

static struct pool pool;
static struct memory_object object, other;
static struct slot pool_slot, object_slot, other_slot, untyped;

static int start(void **state)
{
	fake_machine_start(RAM_PAGES);
	fake_pool(&pool);
	pool_add_boot_frames(&pool, paddr(frame_first << PAGE_SHIFT), POOL_PAGES);
	fake_object(&object);
	fake_object(&other);
	pool_slot = fake_cap(&pool.object, KN_TYPE_POOL, KN_RIGHTS_ALL);
	object_slot = fake_cap(&object.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);
	other_slot = fake_cap(&other.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);
	fake_untyped(&untyped, POOL_PAGES, 12 + 8); /* 256 pages */
	return 0;
}

static int stop(void **state)
{
	fake_work_limit(0);
	pool.limit = POOL_NO_LIMIT;
	assert_int_equal(FAKE_RUN(memory_object_destroy(&object.object)), KN_OK);
	assert_int_equal(FAKE_RUN(memory_object_destroy(&other.object)), KN_OK);
	assert_int_equal(pool.used, 0);
	assert_int_equal(pool.home.free, POOL_PAGES - 1);
	assert_null(untyped.child);
	fake_machine_stop();
	return 0;
}

static kn_status anonymous(struct memory_object *target, uint64_t pages)
{
	const struct memory_object_configure_anonymous_in in = {&pool_slot, pages};

	return memory_object_configure_anonymous(target, &in);
}

static kn_status physical(
    struct memory_object *target, uint64_t first, uint64_t pages, uint32_t type)
{
	const struct memory_object_configure_physical_in in = {&untyped, first, pages, type};

	return FAKE_RUN(memory_object_configure_physical(target, &in));
}

static kn_status slice(
    struct memory_object *target, struct slot *source, uint64_t first, uint64_t pages)
{
	const struct memory_object_configure_slice_in in = {source, first, pages};

	return memory_object_configure_slice(target, &in);
}

static kn_status clone(struct memory_object *target, struct slot *source)
{
	const struct memory_object_configure_clone_in in = {&pool_slot, source};

	return FAKE_RUN(memory_object_configure_clone(target, &in));
}

static kn_status commit(struct memory_object *target, uint64_t first, uint64_t pages)
{
	struct memory_object_commit_in in = {first, pages};

	return FAKE_RUN((FAKE_OPERAND(in.first, 0), FAKE_OPERAND(in.pages, 1), memory_object_commit(target, &in)));
}

static kn_status decommit(struct memory_object *target, uint64_t first, uint64_t pages)
{
	const struct memory_object_decommit_in in = {first, pages};

	return FAKE_RUN(memory_object_decommit(target, &in));
}

static kn_status resize(struct memory_object *target, uint64_t pages)
{
	const struct memory_object_resize_in in = {pages};

	return FAKE_RUN(memory_object_resize(target, &in));
}

static char *bytes(struct memory_object *target, uint64_t page)
{
	paddr_t frame;

	assert_int_equal(object_page(target, page, true, &frame), KN_OK);
	return phys_to_virt(frame);
}

static void an_object_is_configured_once(void **state)
{
	assert_int_equal(anonymous(&object, 4), KN_OK);
	assert_int_equal(anonymous(&object, 4), KN_E_BUSY);
	assert_int_equal(physical(&object, 0, 1, KN_MEMORY_TYPE_NORMAL), KN_E_BUSY);
	assert_int_equal(slice(&object, &other_slot, 0, 1), KN_E_BUSY);
	assert_int_equal(anonymous(&other, 4), KN_OK);
	assert_int_equal(clone(&object, &other_slot), KN_E_BUSY);
}

static void sizes_beyond_the_largest_object_are_refused(void **state)
{
	assert_int_equal(anonymous(&object, PAGE_MAP_MAX_PAGES + 1), KN_E_RANGE);
	assert_int_equal(anonymous(&object, ~0ull), KN_E_RANGE);
	assert_int_equal(anonymous(&object, PAGE_MAP_MAX_PAGES), KN_OK);
	assert_int_equal(resize(&object, PAGE_MAP_MAX_PAGES + 1), KN_E_RANGE);
	bytes(&object, PAGE_MAP_MAX_PAGES - 1)[0] = 1;
	assert_int_equal(decommit(&object, PAGE_MAP_MAX_PAGES - 1, 1), KN_OK);
	assert_int_equal(pool.used, 0);
}

static void an_unconfigured_object_refuses_its_methods(void **state)
{
	paddr_t frame;

	assert_int_equal(resize(&object, 1), KN_E_WRONG_TYPE);
	assert_int_equal(commit(&object, 0, 0), KN_E_WRONG_TYPE);
	assert_int_equal(decommit(&object, 0, 0), KN_E_WRONG_TYPE);
	assert_int_equal(clone(&other, &object_slot), KN_E_WRONG_TYPE);
	assert_int_equal(slice(&other, &object_slot, 0, 1), KN_E_WRONG_TYPE);
	assert_int_equal(object_page(&object, 0, false, &frame), KN_E_RANGE);
}

static void commit_and_decommit_refuse_ranges_beyond_the_end(void **state)
{
	assert_int_equal(anonymous(&object, 10), KN_OK);
	assert_int_equal(commit(&object, 0, 11), KN_E_RANGE);
	assert_int_equal(commit(&object, 11, 0), KN_E_RANGE);
	assert_int_equal(commit(&object, ~0ull, 2), KN_E_RANGE);
	assert_int_equal(decommit(&object, 9, 2), KN_E_RANGE);
	assert_int_equal(decommit(&object, 10, 0), KN_OK);
}

static void commit_in_steps_fills_everything(void **state)
{
	struct memory_object_info_out out;

	assert_int_equal(anonymous(&object, 700), KN_OK);
	fake_work_limit(500);
	assert_int_equal(commit(&object, 50, 600), KN_OK);
	assert_true(fake_restarts > 10);
	assert_int_equal(memory_object_info(&object, &out), KN_OK);
	assert_int_equal(out.info.committed, 600);
	assert_int_equal(decommit(&object, 0, 700), KN_OK);
	assert_int_equal(pool.used, 0);
}

static void commit_says_when_memory_is_out(void **state)
{
	assert_int_equal(anonymous(&object, 700), KN_OK);
	pool.limit = 100;
	assert_int_equal(commit(&object, 0, 700), KN_E_NO_MEMORY);
	pool.limit = POOL_NO_LIMIT;
	assert_int_equal(commit(&object, 0, 700), KN_OK);
}

static void decommitted_pages_read_as_zero(void **state)
{
	assert_int_equal(anonymous(&object, 10), KN_OK);
	bytes(&object, 3)[5] = 7;
	assert_int_equal(decommit(&object, 3, 1), KN_OK);
	assert_int_equal(bytes(&object, 3)[5], 0);
}

static void shrinking_frees_what_is_beyond(void **state)
{
	paddr_t frame;

	assert_int_equal(anonymous(&object, 1000), KN_OK);
	assert_int_equal(commit(&object, 0, 800), KN_OK);
	fake_work_limit(100);
	assert_int_equal(resize(&object, 3), KN_OK);
	assert_int_equal(object.committed, 3);
	assert_int_equal(pool.used, 3);
	assert_int_equal(object_page(&object, 3, false, &frame), KN_E_RANGE);
	assert_int_equal(resize(&object, 1000), KN_OK);
	assert_int_equal(bytes(&object, 500)[0], 0);
}

static void a_clone_and_its_source_part_at_the_first_write(void **state)
{
	assert_int_equal(anonymous(&object, 300), KN_OK);
	for (uint64_t page = 0; page < 300; page++)
		bytes(&object, page)[0] = (char)page;

	uint64_t free_frames = pool.home.free;

	fake_work_limit(200);
	assert_int_equal(clone(&other, &object_slot), KN_OK);
	assert_true(fake_restarts > 2);
	assert_int_equal(other.committed, 300);
	assert_true(free_frames - pool.home.free < 5);
	bytes(&other, 7)[0] = 99;
	assert_int_equal(bytes(&object, 7)[0], 7);
	bytes(&object, 8)[0] = 98;
	assert_int_equal(bytes(&other, 8)[0], 8);
	assert_int_equal(resize(&object, 0), KN_OK);
	for (uint64_t page = 9; page < 300; page++)
		assert_int_equal(bytes(&other, page)[0], (char)page);
}

static void a_clone_takes_write_access_from_mappings(void **state)
{
	struct vspace space;
	struct vspace_map_out out;
	uint8_t value;
	const struct vspace_map_in in = {&object_slot, 0, 0, 4, 3, 3, KN_VSPACE_MAP_SHARED};

	fake_space(&space);
	assert_int_equal(anonymous(&object, 4), KN_OK);
	assert_int_equal(
	    vspace_configure(&space, &(struct vspace_configure_in){&pool_slot, 0x100000}),
	    KN_OK);
	assert_int_equal(vspace_map(&space, &in, &out), KN_OK);
	assert_int_equal(fake_write(&space, out.mapped, 1), KN_OK);
	assert_int_equal(clone(&other, &object_slot), KN_OK);
	fake_check(&space);
	assert_int_equal(fake_write(&space, out.mapped, 2), KN_OK);
	assert_int_equal(bytes(&other, 0)[0], 1);
	assert_int_equal(fake_read(&space, out.mapped, &value), KN_OK);
	assert_int_equal(value, 2);
	fake_check(&space);
	assert_int_equal(FAKE_RUN(vspace_destroy(&space.object)), KN_OK);
}

static void a_clone_that_runs_out_of_memory_leaves_a_fresh_object(void **state)
{
	assert_int_equal(anonymous(&object, 600), KN_OK);
	assert_int_equal(commit(&object, 0, 600), KN_OK);
	fake_work_limit(150);
	for (uint64_t more = 0; more < 600; more += 53) {
		pool.limit = pool.used + more;
		assert_int_equal(clone(&other, &object_slot), KN_E_NO_MEMORY);
		pool.limit = POOL_NO_LIMIT;
		assert_int_equal(other.kind, KN_MEMORY_KIND_NONE);
	}
	assert_int_equal(clone(&other, &object_slot), KN_OK);
}

static void a_pinned_page_stays(void **state)
{
	struct tcb thread = {}, second = {};

	list_init(&thread.ipc_link);
	list_init(&second.ipc_link);
	assert_int_equal(memory_object_pin(&object, 0, &thread), KN_E_WRONG_TYPE);
	assert_int_equal(anonymous(&object, 10), KN_OK);
	assert_int_equal(memory_object_pin(&object, 10, &thread), KN_E_RANGE);
	assert_int_equal(memory_object_pin(&object, 9, &thread), KN_OK);
	assert_int_equal(memory_object_pin(&object, 9, &second), KN_E_BUSY);
	assert_int_equal(decommit(&object, 0, 10), KN_E_BUSY);
	assert_int_equal(resize(&object, 9), KN_E_BUSY);
	memset(thread.ipc, 3, PAGE_SIZE);
	assert_int_equal(clone(&other, &object_slot), KN_OK);
	memset(thread.ipc, 4, PAGE_SIZE);
	assert_int_equal(bytes(&other, 9)[0], 3);
	assert_int_equal(bytes(&object, 9)[0], 4);
	memory_object_unpin(&thread);
	memory_object_unpin(&thread);
	assert_null(thread.ipc);
	assert_int_equal(resize(&object, 9), KN_OK);
}

static void a_pin_needs_memory(void **state)
{
	struct tcb thread = {};

	list_init(&thread.ipc_link);
	assert_int_equal(anonymous(&object, 10), KN_OK);
	pool.limit = 0;
	assert_int_equal(memory_object_pin(&object, 0, &thread), KN_E_NO_MEMORY);
	assert_null(thread.ipc_object);
}

static void a_dying_object_takes_the_buffer_from_its_thread(void **state)
{
	struct tcb thread = {};

	list_init(&thread.ipc_link);
	assert_int_equal(anonymous(&object, 10), KN_OK);
	assert_int_equal(memory_object_pin(&object, 9, &thread), KN_OK);
	assert_int_equal(FAKE_RUN(memory_object_destroy(&object.object)), KN_OK);
	assert_null(thread.ipc);
	assert_null(thread.ipc_object);
}

static void physical_memory_is_zeroed_first(void **state)
{
	static const char zero[PAGE_SIZE];

	fake_work_limit(120);
	assert_int_equal(physical(&object, 10, 100, KN_MEMORY_TYPE_NORMAL), KN_OK);
	assert_true(fake_restarts > 10);
	for (uint64_t page = 0; page < 100; page++)
		assert_memory_equal(bytes(&object, page), zero, PAGE_SIZE);
	assert_ptr_equal(untyped.child, &object.backing);
	assert_int_equal(physical(&other, 0, 1, KN_MEMORY_TYPE_NORMAL), KN_E_BUSY);
}

static void physical_objects_refuse_bad_ranges_and_types(void **state)
{
	assert_int_equal(physical(&object, 0, 0, KN_MEMORY_TYPE_NORMAL), KN_E_RANGE);
	assert_int_equal(physical(&object, 0, 257, KN_MEMORY_TYPE_NORMAL), KN_E_RANGE);
	untyped.cap.size_bits = 11;
	assert_int_equal(physical(&object, 0, 1, KN_MEMORY_TYPE_NORMAL), KN_E_RANGE);
	untyped.cap.size_bits = 12 + 8;
	assert_int_equal(physical(&object, ~0ull, 2, KN_MEMORY_TYPE_NORMAL), KN_E_RANGE);
	assert_int_equal(physical(&object, 0, 1, KN_MEMORY_TYPE_DEVICE), KN_E_INVALID_ARG);
	assert_int_equal(physical(&object, 0, 1, 3), KN_E_INVALID_ARG);
	untyped.cap.flags = SLOT_DEVICE;
	assert_int_equal(physical(&object, 0, 1, KN_MEMORY_TYPE_NORMAL), KN_E_INVALID_ARG);
	assert_int_equal(physical(&object, 0, 1, 77), KN_E_INVALID_ARG);
	assert_int_equal(physical(&object, 0, 1, KN_MEMORY_TYPE_DEVICE), KN_OK);
	assert_int_equal(resize(&object, 2), KN_E_WRONG_TYPE);
	assert_int_equal(decommit(&object, 0, 1), KN_E_WRONG_TYPE);
	assert_int_equal(clone(&other, &object_slot), KN_E_WRONG_TYPE);
}

static void revoking_the_untyped_ends_a_physical_object_and_its_slices(void **state)
{
	struct memory_object part;
	struct slot part_slot = fake_cap(&part.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);

	fake_object(&part);
	assert_int_equal(physical(&object, 0, 100, KN_MEMORY_TYPE_NORMAL), KN_OK);
	assert_int_equal(slice(&part, &object_slot, 90, 11), KN_E_RANGE);
	assert_int_equal(slice(&part, &object_slot, 90, 0), KN_E_RANGE);
	assert_int_equal(slice(&part, &object_slot, 90, 10), KN_OK);
	assert_int_equal(slice(&other, &part_slot, 5, 5), KN_OK);
	assert_ptr_equal(bytes(&other, 0), bytes(&object, 95));
	assert_int_equal(FAKE_RUN(memory_object_sever(&object.object, &object.backing)), KN_OK);
	assert_int_equal(part.kind, KN_MEMORY_KIND_NONE);
	assert_int_equal(other.kind, KN_MEMORY_KIND_NONE);
	/* The remover unlinks the slot itself. */
	assert_ptr_equal(untyped.child, &object.backing);
	slot_drop_internal(&object.backing);
}

static void a_slice_through_a_read_only_capability_is_read_only(void **state)
{
	struct vspace space;
	struct vspace_map_out out;
	struct vspace_map_in in = {&other_slot, 0, 0, 4, 3, 3, KN_VSPACE_MAP_SHARED};

	fake_space(&space);
	assert_int_equal(
	    vspace_configure(&space, &(struct vspace_configure_in){&pool_slot, 0x100000}),
	    KN_OK);
	assert_int_equal(physical(&object, 0, 100, KN_MEMORY_TYPE_NORMAL), KN_OK);
	object_slot.cap.rights = KN_RIGHT_READ;
	assert_int_equal(slice(&other, &object_slot, 0, 10), KN_OK);
	assert_int_equal(vspace_map(&space, &in, &out), KN_E_RIGHTS);
	in.prot = 1;
	assert_int_equal(vspace_map(&space, &in, &out), KN_E_RIGHTS);
	in.max_prot = 1;
	assert_int_equal(vspace_map(&space, &in, &out), KN_OK);
	in.flags = KN_VSPACE_MAP_PRIVATE;
	in.prot = in.max_prot = 3;
	assert_int_equal(vspace_map(&space, &in, &out), KN_OK);
	assert_int_equal(fake_write(&space, out.mapped, 1), KN_OK);
	assert_int_equal(bytes(&object, 0)[0], 0);
	fake_check(&space);
	assert_int_equal(FAKE_RUN(vspace_destroy(&space.object)), KN_OK);
}

static void supply_refuses_what_is_not_there_and_what_is(void **state)
{
	struct object endpoint = {.type = KN_TYPE_ENDPOINT};
	struct slot pager = fake_cap(&endpoint, KN_TYPE_ENDPOINT, KN_RIGHT_SEND);
	const struct memory_object_configure_pager_in configure = {&pool_slot, &pager, 100};
	struct memory_object_supply_in in = {0, &other_slot, 0, 4};

	assert_int_equal(memory_object_configure_pager(&object, &configure), KN_OK);
	assert_int_equal(anonymous(&other, 100), KN_OK);
	assert_int_equal(memory_object_supply(&other, &in), KN_E_WRONG_TYPE);
	assert_int_equal(FAKE_RUN(memory_object_supply(&object, &in)), KN_E_RANGE);
	assert_int_equal(commit(&other, 0, 50), KN_OK);
	in.pages = 101;
	assert_int_equal(FAKE_RUN(memory_object_supply(&object, &in)), KN_E_RANGE);
	in.pages = 50;
	fake_work_limit(60);
	assert_int_equal(FAKE_RUN((FAKE_OPERAND(in.first, 0), FAKE_OPERAND(in.source_first, 2),
			     FAKE_OPERAND(in.pages, 3), memory_object_supply(&object, &in))),
	    KN_OK);
	assert_int_equal(object.committed, 50);
	assert_int_equal(other.committed, 0);
	assert_int_equal(commit(&other, 0, 50), KN_OK);
	assert_int_equal(FAKE_RUN(memory_object_supply(&object, &in)), KN_E_BUSY);
}

static void fail_refuses_what_is_no_failure(void **state)
{
	struct object endpoint = {.type = KN_TYPE_ENDPOINT};
	struct slot pager = fake_cap(&endpoint, KN_TYPE_ENDPOINT, KN_RIGHT_SEND);
	const struct memory_object_configure_pager_in configure = {&pool_slot, &pager, 100};
	struct memory_object_fail_in in = {0, 4, 0};
	paddr_t frame;

	assert_int_equal(memory_object_configure_pager(&object, &configure), KN_OK);
	assert_int_equal(memory_object_fail(&object, &in), KN_E_INVALID_ARG);
	in.reason = KN_E_WOULD_BLOCK;
	assert_int_equal(memory_object_fail(&object, &in), KN_E_INVALID_ARG);
	in.reason = KN_E_IO;
	in.pages = 101;
	assert_int_equal(memory_object_fail(&object, &in), KN_E_RANGE);
	in.pages = 100;
	fake_work_limit(30);
	assert_int_equal(FAKE_RUN((FAKE_OPERAND(in.first, 0), FAKE_OPERAND(in.pages, 1),
			     memory_object_fail(&object, &in))),
	    KN_OK);
	assert_int_equal(object_page(&object, 99, false, &frame), KN_E_IO);
	assert_int_equal(decommit(&object, 0, 100), KN_OK);
	assert_int_equal(object_page(&object, 99, false, &frame), KN_E_WOULD_BLOCK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_object_is_configured_once),
	    TEST(sizes_beyond_the_largest_object_are_refused),
	    TEST(an_unconfigured_object_refuses_its_methods),
	    TEST(commit_and_decommit_refuse_ranges_beyond_the_end),
	    TEST(commit_in_steps_fills_everything),
	    TEST(commit_says_when_memory_is_out),
	    TEST(decommitted_pages_read_as_zero),
	    TEST(shrinking_frees_what_is_beyond),
	    TEST(a_clone_and_its_source_part_at_the_first_write),
	    TEST(a_clone_takes_write_access_from_mappings),
	    TEST(a_clone_that_runs_out_of_memory_leaves_a_fresh_object),
	    TEST(a_pinned_page_stays),
	    TEST(a_pin_needs_memory),
	    TEST(a_dying_object_takes_the_buffer_from_its_thread),
	    TEST(physical_memory_is_zeroed_first),
	    TEST(physical_objects_refuse_bad_ranges_and_types),
	    TEST(revoking_the_untyped_ends_a_physical_object_and_its_slices),
	    TEST(a_slice_through_a_read_only_capability_is_read_only),
	    TEST(supply_refuses_what_is_not_there_and_what_is),
	    TEST(fail_refuses_what_is_no_failure),
	};

	return cmocka_run_group_tests_name("memory_object", tests, nullptr, nullptr);
}
