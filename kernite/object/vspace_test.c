/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: every refusal of the methods, faults, fork, and a long random run against a
 * model, through an MMU whose TLB forgets nothing by itself.
 */
#include "object/vspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cpu.h"
#include "fake_machine.h"
#include "gen/memory_object_ops.h"
#include "gen/pool_ops.h"
#include "gen/vspace_ops.h"
#include "mm/fault.h"
#include "mm/page_table.h"

#define RAM_PAGES 4096
#define BASE 0x40000000ull
#define RW (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE)
#define RX (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_EXECUTE)
#define PRIVATE KN_VSPACE_MAP_PRIVATE
#define SHARED KN_VSPACE_MAP_SHARED
#define FIXED KN_VSPACE_MAP_FIXED

static struct pool pool;
static struct vspace space, other;
static struct memory_object object;
static struct slot pool_slot, object_slot;

static void configure(struct vspace *target)
{
	const struct vspace_configure_in in = {.pool = &pool_slot, .map_base = BASE};

	fake_space(target);
	assert_int_equal(vspace_configure(target, &in), KN_OK);
}

static void configure_object(struct memory_object *target, uint64_t pages)
{
	const struct memory_object_configure_anonymous_in in = {&pool_slot, pages};

	fake_object(target);
	assert_int_equal(memory_object_configure_anonymous(target, &in), KN_OK);
}

static int start(void **state)
{
	fake_machine_start(RAM_PAGES);
	fake_pool(&pool);
	pool_add_boot_frames(&pool, paddr(frame_first << PAGE_SHIFT), RAM_PAGES);
	pool_slot = fake_cap(&pool.object, KN_TYPE_POOL, KN_RIGHTS_ALL);
	configure(&space);
	configure(&other);
	configure_object(&object, 64);
	object_slot = fake_cap(&object.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);
	return 0;
}

/* Everything is destroyed, and nothing may be left charged. */
static int stop(void **state)
{
	fake_work_limit(0);
	fake_check(&space);
	fake_check(&other);
	pool.limit = POOL_NO_LIMIT;
	assert_int_equal(FAKE_RUN(vspace_destroy(&space.object)), KN_OK);
	assert_int_equal(FAKE_RUN(vspace_destroy(&other.object)), KN_OK);
	assert_int_equal(FAKE_RUN(memory_object_destroy(&object.object)), KN_OK);
	assert_int_equal(pool.used, 0);
	assert_int_equal(pool.home.free, RAM_PAGES - 1);
	fake_machine_stop();
	return 0;
}

static kn_status map_raw(struct vspace *target, struct slot *slot, uint64_t offset,
    uint64_t address, uint64_t pages, uint32_t prot, uint32_t max_prot, uint32_t flags,
    uint64_t *mapped)
{
	struct vspace_map_out out = {};
	const struct vspace_map_in in = {slot, offset, address, pages, prot, max_prot, flags};
	kn_status status = FAKE_RUN(vspace_map(target, &in, &out));

	if (mapped)
		*mapped = out.mapped;
	return status;
}

static uint64_t map(
    struct vspace *target, struct slot *slot, uint64_t pages, uint32_t prot, uint32_t flags)
{
	uint64_t mapped;

	assert_int_equal(map_raw(target, slot, 0, 0, pages, prot, prot, flags, &mapped), KN_OK);
	return mapped;
}

static kn_status unmap(struct vspace *target, uint64_t address, uint64_t pages)
{
	const struct vspace_unmap_in in = {address, pages};

	return FAKE_RUN(vspace_unmap(target, &in));
}

static kn_status protect(struct vspace *target, uint64_t address, uint64_t pages, uint32_t prot)
{
	const struct vspace_protect_in in = {address, pages, prot};

	return FAKE_RUN(vspace_protect(target, &in));
}

static kn_status discard(struct vspace *target, uint64_t address, uint64_t pages)
{
	const struct vspace_discard_in in = {address, pages};

	return FAKE_RUN(vspace_discard(target, &in));
}

static kn_status clone(struct vspace *source, struct vspace *child)
{
	struct slot slot = fake_cap(&child->object, KN_TYPE_VSPACE, KN_RIGHTS_ALL);
	const struct vspace_clone_in in = {&slot};

	return FAKE_RUN(vspace_clone(source, &in));
}

static uint8_t read_at(struct vspace *target, uint64_t address)
{
	uint8_t value = 0xee;

	assert_int_equal(fake_read(target, address, &value), KN_OK);
	return value;
}

static void write_at(struct vspace *target, uint64_t address, uint8_t value)
{
	assert_int_equal(fake_write(target, address, value), KN_OK);
}

/* ---- refusals ---- */

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

/* ---- mapping ---- */

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

/* ---- faults as messages ---- */

static void a_dry_pool_asks_its_handler(void **state)
{
	struct object endpoint = {.type = KN_TYPE_ENDPOINT};
	struct slot slot = fake_cap(&endpoint, KN_TYPE_ENDPOINT, KN_RIGHT_SEND);
	struct tcb thread = {.vspace = &space};
	uint64_t a = map(&space, nullptr, RAM_PAGES, RW, PRIVATE), page = 0;

	while (fake_write(&space, a + page * PAGE_SIZE, 1) == KN_OK)
		page++;
	page_fault(&thread, thread.vspace, vaddr(a + page * PAGE_SIZE), VM_WRITE);
	assert_int_equal(fake_fault_reason, KN_E_NO_MEMORY);
	assert_int_equal(
	    pool_set_handler(&pool, &(struct pool_set_handler_in){&slot}), KN_OK);
	page_fault(&thread, thread.vspace, vaddr(a + page * PAGE_SIZE), VM_WRITE);
	assert_int_equal(fake_fault_label, KN_LABEL_FAULT_POOL);
	assert_ptr_equal(fake_fault_handler, &pool.handler);
	assert_true(fake_fault_words[0] > 0);
}

static void a_spent_budget_is_no_matter_for_the_handler(void **state)
{
	struct object endpoint = {.type = KN_TYPE_ENDPOINT};
	struct slot slot = fake_cap(&endpoint, KN_TYPE_ENDPOINT, KN_RIGHT_SEND);
	struct tcb thread = {.vspace = &space};
	uint64_t a = map(&space, nullptr, 8, RW, PRIVATE);

	assert_int_equal(
	    pool_set_handler(&pool, &(struct pool_set_handler_in){&slot}), KN_OK);
	pool.limit = pool.used;
	page_fault(&thread, thread.vspace, vaddr(a), VM_WRITE);
	assert_int_equal(fake_fault_label, 0);
	assert_int_equal(fake_fault_reason, KN_E_NO_MEMORY);
	assert_int_equal(space.tables.count, 1);
}

static void faults_go_to_the_thread_s_handler_with_their_reason(void **state)
{
	struct tcb thread = {.vspace = &space};
	uint64_t a = map(&space, nullptr, 1, 1, PRIVATE);

	page_fault(&thread, thread.vspace, vaddr(a + 10), VM_WRITE);
	assert_int_equal(fake_fault_reason, KN_E_RIGHTS);
	assert_int_equal(thread.fault_address, a + 10);
	assert_int_equal(thread.fault_access, VM_WRITE);
	page_fault(&thread, thread.vspace, vaddr(a - 1), VM_READ);
	assert_int_equal(fake_fault_reason, KN_E_BAD_ADDRESS);
}

static void a_missing_page_is_asked_from_the_pager(void **state)
{
	struct object endpoint = {.type = KN_TYPE_ENDPOINT};
	struct slot pager = fake_cap(&endpoint, KN_TYPE_ENDPOINT, KN_RIGHT_SEND);
	struct memory_object paged;
	struct slot paged_slot = fake_cap(&paged.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);
	struct tcb thread = {.vspace = &space};
	const struct memory_object_configure_pager_in in = {&pool_slot, &pager, 32};
	paddr_t frame;

	fake_object(&paged);
	assert_int_equal(memory_object_configure_pager(&paged, &in), KN_OK);

	uint64_t a = map(&space, &paged_slot, 32, 1, PRIVATE);

	page_fault(&thread, thread.vspace, vaddr(a + 9 * PAGE_SIZE), VM_READ);
	assert_int_equal(fake_fault_label, KN_LABEL_FAULT_PAGER);
	assert_int_equal(fake_fault_words[0], 9);
	assert_int_equal(fake_fault_words[1], VM_READ);
	assert_ptr_equal(fake_fault_handler, &paged.backing);

	assert_int_equal(object_page(&object, 2, true, &frame), KN_OK);
	memset(phys_to_virt(frame), 0x42, PAGE_SIZE);

	const struct memory_object_supply_in supply = {9, &object_slot, 2, 1};

	assert_int_equal(FAKE_RUN(memory_object_supply(&paged, &supply)), KN_OK);
	assert_int_equal(object.committed, 0);
	assert_int_equal(read_at(&space, a + 9 * PAGE_SIZE), 0x42);

	const struct memory_object_fail_in fail = {10, 1, KN_E_IO};

	assert_int_equal(FAKE_RUN(memory_object_fail(&paged, &fail)), KN_OK);
	page_fault(&thread, thread.vspace, vaddr(a + 10 * PAGE_SIZE), VM_READ);
	assert_int_equal(fake_fault_reason, KN_E_IO);
	assert_int_equal(FAKE_RUN(memory_object_destroy(&paged.object)), KN_OK);
	assert_int_equal(space.regions.count, 0);
}

/* ---- fork ---- */

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

static void pages_can_be_taken_over(void **state)
{
	struct slot slot = fake_cap(&space.object, KN_TYPE_VSPACE, KN_RIGHTS_ALL);
	uint64_t a = map(&space, nullptr, 600, RW, PRIVATE);
	struct vspace_take_in in = {&slot, a + PAGE_SIZE, 0x7000000, 520};
	uint8_t value;

	for (uint64_t i = 0; i < 600; i += 3)
		write_at(&space, a + i * PAGE_SIZE, (uint8_t)i);

	uint64_t used = pool.used;

	pool.limit = pool.used + 100;
	assert_int_equal(vspace_take(&other, &in), KN_E_NO_MEMORY);
	assert_int_equal(pool.used - other.regions.free_count / 30, used);
	pool.limit = POOL_NO_LIMIT;
	assert_int_equal(vspace_take(&other, &in), KN_OK);
	fake_check(&space);
	fake_check(&other);
	assert_int_equal(fake_read(&space, a + PAGE_SIZE, &value), KN_E_BAD_ADDRESS);
	assert_int_equal(read_at(&space, a), 0);
	for (uint64_t i = 1; i < 520; i++)
		assert_int_equal(
		    read_at(&other, 0x7000000 + (i - 1) * PAGE_SIZE), i % 3 == 0 ? (uint8_t)i : 0);
	assert_int_equal(vspace_take(&other, &in), KN_E_BAD_ADDRESS);
	in.source_address = a + 540 * PAGE_SIZE;
	in.pages = 1;
	assert_int_equal(vspace_take(&other, &in), KN_E_OVERLAP);
	in.pages = 5000;
	assert_int_equal(vspace_take(&other, &in), KN_E_RANGE);
}

/* ---- teardown ---- */

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

/* ---- a long random run against a model ---- */

#define ARENA 96
#define SPACES 3
#define ARENA_BASE (BASE - 40 * PAGE_SIZE) /* across a boundary of three levels of tables */

enum content { NOTHING, ANONYMOUS, OBJECT_PRIVATE, OBJECT_SHARED };

struct model_page {
	enum content content;
	uint8_t prot;
	bool is_private; /* has a private page with `value` */
	uint8_t value;
	uint8_t page; /* of the object */
};

static struct model_page model[SPACES][ARENA];
static uint8_t model_object[64];

static uint8_t model_value(const struct model_page *page)
{
	if (page->is_private)
		return page->value;
	return page->content == ANONYMOUS ? 0 : model_object[page->page];
}

static void model_access(struct vspace *target, struct model_page *pages, unsigned i)
{
	uint64_t address = ARENA_BASE + i * PAGE_SIZE + (uint64_t)rand() % PAGE_SIZE / PAGE_SIZE;
	struct model_page *page = &pages[i];
	uint8_t value = (uint8_t)rand(), seen = 0;

	if (rand() & 1) {
		kn_status status = fake_write(target, address, value);

		if (page->content == NOTHING) {
			assert_int_equal(status, KN_E_BAD_ADDRESS);
		} else if (!(page->prot & KN_VSPACE_PROT_WRITE)) {
			assert_int_equal(status, KN_E_RIGHTS);
		} else {
			assert_int_equal(status, KN_OK);
			if (page->content == OBJECT_SHARED) {
				model_object[page->page] = value;
			} else {
				page->is_private = true;
				page->value = value;
			}
		}
	} else {
		kn_status status = fake_read(target, address, &seen);

		if (page->content == NOTHING) {
			assert_int_equal(status, KN_E_BAD_ADDRESS);
		} else if (page->prot == 0) {
			assert_int_equal(status, KN_E_RIGHTS);
		} else {
			assert_int_equal(status, KN_OK);
			assert_int_equal(seen, model_value(page));
			/* Reading anonymous memory makes the page. */
			if (page->content == ANONYMOUS && !page->is_private) {
				page->is_private = true;
				page->value = 0;
			}
		}
	}
}

static void model_map(
    struct vspace *target, struct model_page *pages, unsigned from, unsigned count)
{
	enum content content = (enum content)(1 + rand() % 3);
	uint32_t prot = (uint32_t[]){0, 1, RW, RW}[rand() % 4];
	unsigned offset = content == ANONYMOUS ? 0 : (unsigned)rand() % 32;

	if (count > 32)
		count = 32;
	assert_int_equal(map_raw(target, content == ANONYMOUS ? nullptr : &object_slot, offset,
			     ARENA_BASE + from * PAGE_SIZE, count, prot, RW,
			     (content == OBJECT_SHARED ? SHARED : PRIVATE) | FIXED, nullptr),
	    KN_OK);
	for (unsigned i = 0; i < count; i++)
		pages[from + i] = (struct model_page){
		    .content = content, .prot = (uint8_t)prot, .page = (uint8_t)(offset + i)};
}

static void model_protect(
    struct vspace *target, struct model_page *pages, unsigned from, unsigned count)
{
	uint32_t prot = (uint32_t[]){0, 1, RW}[rand() % 3];
	bool has_hole = false;

	for (unsigned i = from; i < from + count; i++)
		has_hole |= pages[i].content == NOTHING;
	assert_int_equal(protect(target, ARENA_BASE + from * PAGE_SIZE, count, prot),
	    has_hole ? KN_E_BAD_ADDRESS : KN_OK);
	for (unsigned i = from; i < from + count && !has_hole; i++)
		pages[i].prot = (uint8_t)prot;
}

static void model_decommit(unsigned from, unsigned count)
{
	const struct memory_object_decommit_in in = {from, count};

	assert_int_equal(FAKE_RUN(memory_object_decommit(&object, &in)), KN_OK);
	memset(model_object + from, 0, count);
}

static void random_use_agrees_with_a_model(void **state)
{
	struct vspace third, *spaces[SPACES] = {&space, &other, &third};

	srand(4711);
	memset(model, 0, sizeof(model));
	memset(model_object, 0, sizeof(model_object));
	configure(&third);
	for (int round = 0; round < 12000; round++) {
		unsigned who = (unsigned)rand() % SPACES, whom = (unsigned)rand() % SPACES;
		unsigned from = (unsigned)rand() % ARENA;
		unsigned count = 1 + (unsigned)rand() % (ARENA - from);
		uint64_t address = ARENA_BASE + from * PAGE_SIZE;
		struct vspace *target = spaces[who];

		fake_work_limit(rand() % 3 ? 0 : 1 + rand() % 200);
		switch (rand() % 24) {
		case 0:
		case 1:
			model_map(target, model[who], from, count > ARENA - from ? 1 : count);
			break;
		case 2:
			count = 1 + count % 12;
			if (from + count > ARENA)
				count = ARENA - from;
			assert_int_equal(unmap(target, address, count), KN_OK);
			memset(&model[who][from], 0, count * sizeof(struct model_page));
			break;
		case 3:
			model_protect(target, model[who], from, count);
			break;
		case 4:
			count = 1 + count % 12;
			if (from + count > ARENA)
				count = ARENA - from;
			assert_int_equal(discard(target, address, count), KN_OK);
			for (unsigned i = from; i < from + count; i++)
				model[who][i].is_private = false;
			break;
		case 5:
			if (who == whom || rand() % 3)
				break;
			assert_int_equal(FAKE_RUN(vspace_clear(spaces[whom])), KN_OK);
			assert_int_equal(clone(target, spaces[whom]), KN_OK);
			memcpy(model[whom], model[who], sizeof(model[who]));
			break;
		case 6:
			from %= 60;
			model_decommit(from, 1 + (unsigned)rand() % 4);
			break;
		case 7:
			fake_tlb_evict();
			break;
		default:
			model_access(target, model[who], from);
			break;
		}
		fake_work_limit(0);
		for (unsigned i = 0; i < SPACES; i++)
			fake_check(spaces[i]);
	}
	for (unsigned who = 0; who < SPACES; who++)
		for (unsigned i = 0; i < ARENA; i++)
			model_access(spaces[who], model[who], i);
	assert_true(fake_restarts > 100);
	assert_int_equal(FAKE_RUN(vspace_destroy(&third.object)), KN_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

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
	    TEST(a_dry_pool_asks_its_handler),
	    TEST(a_spent_budget_is_no_matter_for_the_handler),
	    TEST(faults_go_to_the_thread_s_handler_with_their_reason),
	    TEST(a_missing_page_is_asked_from_the_pager),
	    TEST(both_sides_of_a_fork_write_without_the_other_seeing),
	    TEST(the_last_sharer_writes_without_a_copy),
	    TEST(a_sharer_is_charged_and_can_always_copy),
	    TEST(a_fork_leaves_out_what_is_not_inherited),
	    TEST(a_fork_keeps_pages_that_may_not_be_read_now),
	    TEST(a_fork_that_runs_out_of_memory_leaves_an_empty_child),
	    TEST(a_fork_needs_an_empty_child_of_the_same_root),
	    TEST(a_fork_in_steps_survives_a_busy_parent),
	    TEST(pages_can_be_taken_over),
	    TEST(a_destroyed_space_stops_its_threads),
	    TEST(a_destroyed_object_vanishes_from_all_spaces),
	    TEST(running_out_of_memory_anywhere_leaks_nothing),
	    TEST(random_use_agrees_with_a_model),
	};

	return cmocka_run_group_tests_name("vspace", tests, nullptr, nullptr);
}
