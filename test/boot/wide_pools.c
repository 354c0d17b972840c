/* SPDX-License-Identifier: BSD-2-Clause */
/* What hangs on a pool, and ranges of page tables that are nearly empty (wide_rig.h). */
#include "wide_rig.h"

static kn_cap pool, range;

static void delete_pool(void)
{
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)pool));
	check_stretch();
}

static void a_pool_with_many_children_goes_in_steps(void)
{
	struct kn_pool_info info = {};

	new_table();
	pool = new_pool(14, &range);
	kn_cap children = many(KN_TYPE_POOL, 1, MANY);

	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_pool_configure(children + i, pool, 10));
	delete_pool();
	check_ok(kn_pool_info(children + MANY - 1, &info));
	check(info.free == 0);
}

static void a_pool_with_many_objects_goes_in_steps(void)
{
	struct kn_memory_object_info info = {};

	new_table();
	pool = new_pool(14, &range);
	kn_cap objects = many(KN_TYPE_MEMORY_OBJECT, 1, MANY);

	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_memory_object_configure_anonymous(objects + i, pool, 10));
	delete_pool();
	check_ok(kn_memory_object_info(objects + MANY - 1, &info));
	check(info.kind == KN_MEMORY_KIND_NONE);
}

static void a_pool_with_many_spaces_goes_in_steps(void)
{
	uint64_t mapped, committed, tables = 1;

	new_table();
	kn_cap spaces = many(KN_TYPE_VSPACE, 1, MANY);

	pool = new_pool(22, &range);
	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_vspace_configure(spaces + i, pool, KN_USER_MIN));
	delete_pool();
	check_ok(kn_vspace_usage(spaces + MANY - 1, &mapped, &committed, &tables));
	check(tables == 0);
}

static void a_pool_with_many_ranges_goes_in_steps(void)
{
	enum { RANGES = 800 };
	struct kn_untyped_info info = {};

	new_table();
	pool = rig_new(KN_TYPE_POOL, 0);
	for (uint32_t i = 0; i < RANGES; i += 200)
		check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 13, table, 1 + i, 200));
	for (uint32_t i = 0; i < RANGES; i++)
		check_ok(kn_pool_refill(pool, (table << 32 | 1) + i));
	delete_pool();
	check_ok(kn_untyped_info((table << 32 | 1) + RANGES - 1, &info));
	check(!info.has_children);
}

static void an_object_with_many_slices_goes_in_steps(void)
{
	struct kn_memory_object_info info = {};
	kn_cap whole = rig_new(KN_TYPE_MEMORY_OBJECT, 0), untyped = rig_slot();

	new_table();
	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 13, CSPACE, (uint32_t)untyped, 1));
	check_ok(kn_memory_object_configure_physical(whole, untyped, 0, 2, KN_MEMORY_TYPE_NORMAL));
	kn_cap slices = many(KN_TYPE_MEMORY_OBJECT, 1, MANY);

	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_memory_object_configure_slice(slices + i, whole, 1, 1));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)whole));
	check_stretch();
	check_ok(kn_memory_object_info(slices + MANY - 1, &info));
	check(info.kind == KN_MEMORY_KIND_NONE);
}

/* ---- ranges of page tables ---- */

#define LEAF (2ull << 20)

static void a_range_of_half_empty_tables_is_unmapped_in_steps(void)
{
	enum { TABLES = 40 };
	uint64_t mapped, committed, tables;
	kn_cap space = new_space(new_pool(20, &range)), object = new_object(1);
	uint64_t place = 0;

	for (uint64_t i = 0; i < TABLES; i++)
		check_ok(kn_vspace_map(space, object, 0, 0x10000000000 + (i + 1) * LEAF - PAGE, 1, R, R, SHARED | FIXED | KN_VSPACE_MAP_POPULATE, &place));
	*at(map(OWN, object, 1, RW, SHARED)) = 1;
	for (uint64_t i = 0; i < TABLES; i++)
		check(kn_vspace_wait(space, 0x10000000000 + (i + 1) * LEAF - PAGE, 0, KN_TIME_POLL) == KN_E_WOULD_BLOCK);
	check_ok(kn_vspace_discard(space, 0x10000000000, TABLES * 512));
	check_stretch();
	check_ok(kn_vspace_usage(space, &mapped, &committed, &tables));
	check(tables == 1 && mapped == TABLES);
}

/* All tables on the way to each. */
static void regions_with_tables_of_their_own_are_unmapped_in_steps(void)
{
	enum { REGIONS = 120 };
	uint64_t mapped = 0, committed, tables;
	kn_cap space = new_space(new_pool(21, &range)), object = new_object(1);

	check_ok(kn_memory_object_commit(object, 0, 1));
	for (uint64_t i = 1; i <= REGIONS; i++)
		check_ok(kn_vspace_map(space, object, 0, i << 39, 1, R, R, SHARED | FIXED | KN_VSPACE_MAP_POPULATE, &mapped));
	check_stretch();
	check_ok(kn_vspace_clear(space));
	check_stretch();
	check_ok(kn_vspace_usage(space, &mapped, &committed, &tables));
	check(tables == 1 && mapped == 0);
}

static void full_shared_tables_are_unmapped_in_steps(void)
{
	enum { PAGES = 512, VIEWS = 20 };
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0), untyped = rig_slot();
	uint64_t sum = 0;

	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 21, CSPACE, (uint32_t)untyped, 1));
	check_ok(kn_memory_object_configure_physical(object, untyped, 0, PAGES, KN_MEMORY_TYPE_NORMAL));
	uint64_t place = map(OWN, KN_CAP_NONE, (VIEWS + 1) * PAGES, R, PRIVATE), base = (place + LEAF - 1) & ~(LEAF - 1);

	unmap(place, (VIEWS + 1) * PAGES);
	for (uint64_t i = 0; i < VIEWS; i++)
		check_ok(kn_vspace_map(OWN, object, 0, base + i * LEAF, PAGES, RW, RW, SHARED | FIXED, &place));
	for (uint64_t i = 0; i < VIEWS * PAGES; i++)
		sum += *at(base + i * PAGE);
	check(sum == 0);
	unmap(base, VIEWS * PAGES);
	check_stretch();
}

static void a_space_that_had_many_regions_goes_in_steps(void)
{
	enum { REGIONS = 20000 };
	uint64_t mapped = 0;
	kn_cap space = rig_new(KN_TYPE_VSPACE, 0);

	pool = new_pool(22, &range);
	check_ok(kn_vspace_configure(space, pool, KN_USER_MIN));
	for (uint64_t i = 0; i < REGIONS; i++)
		if (kn_vspace_map(space, KN_CAP_NONE, 0, 0x10000000000 + i * 2 * PAGE, 1, R, R, PRIVATE | FIXED, &mapped) != KN_OK)
			break;
	check(mapped == 0x10000000000 + (REGIONS - 1) * 2 * PAGE);
	check_ok(kn_vspace_clear(space));
	check_stretch();
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));
	check_stretch();
}

/* ---- pages that change hands ---- */

static void take(kn_cap space, unsigned pages)
{
	uint64_t from = map(OWN, KN_CAP_NONE, pages, RW, PRIVATE), to = 0x20000000000;
	unsigned wrong = 0;

	for (unsigned i = 0; i < pages; i++)
		*at(from + i * PAGE) = i + 1;
	check_ok(kn_vspace_take(space, OWN, from, to, pages));
	check_stretch();
	for (unsigned i = 0; i < pages; i++)
		wrong += kn_vspace_wait(space, to + i * PAGE, i + 1, 1) != KN_E_TIMED_OUT;
	check(wrong == 0);
	check_status(kn_vspace_take(space, OWN, from, to + pages * PAGE, pages), KN_E_BAD_ADDRESS);
}

static void many_pages_are_taken_over_in_steps(void)
{
	take(new_space(KN_BOOT_SLOT_POOL), 200);
}

static void many_pages_are_taken_over_from_another_pool_in_steps(void)
{
	take(new_space(new_pool(20, &range)), 200);
}

/* ---- an object that many show, but not here ---- */

static void a_page_is_taken_that_nobody_shows(void)
{
	enum { REGIONS = 4000 };
	kn_cap object = new_object(2 * REGIONS);
	uint64_t base = map(OWN, KN_CAP_NONE, REGIONS, R, PRIVATE), mapped;

	unmap(base, REGIONS);
	for (uint64_t i = 0; i < REGIONS; i++)
		check_ok(kn_vspace_map(OWN, object, 2 * i + 1, base + i * PAGE, 1, RW, RW, SHARED | FIXED, &mapped));
	for (unsigned i = 0; i < 80; i++)
		check_ok(kn_memory_object_commit(object, 32 * i, 1));
	*at(base) = 1;
	check_ok(kn_memory_object_decommit(object, 0, 1));
	check_stretch();
	check_ok(kn_memory_object_decommit(object, 2, 2 * REGIONS - 2));
	check_stretch();
	check(*at(base) == 1);
	check_ok(kn_memory_object_resize(object, 0));
	check_stretch();
}

const struct rig_test wide_pool_tests[] = {
    {"a_pool_with_many_children_goes_in_steps", a_pool_with_many_children_goes_in_steps},
    {"a_pool_with_many_objects_goes_in_steps", a_pool_with_many_objects_goes_in_steps},
    {"a_pool_with_many_spaces_goes_in_steps", a_pool_with_many_spaces_goes_in_steps},
    {"a_pool_with_many_ranges_goes_in_steps", a_pool_with_many_ranges_goes_in_steps},
    {"an_object_with_many_slices_goes_in_steps", an_object_with_many_slices_goes_in_steps},
    {"a_range_of_half_empty_tables_is_unmapped_in_steps", a_range_of_half_empty_tables_is_unmapped_in_steps},
    {"regions_with_tables_of_their_own_are_unmapped_in_steps", regions_with_tables_of_their_own_are_unmapped_in_steps},
    {"full_shared_tables_are_unmapped_in_steps", full_shared_tables_are_unmapped_in_steps},
    {"a_space_that_had_many_regions_goes_in_steps", a_space_that_had_many_regions_goes_in_steps},
    {"many_pages_are_taken_over_in_steps", many_pages_are_taken_over_in_steps},
    {"many_pages_are_taken_over_from_another_pool_in_steps", many_pages_are_taken_over_from_another_pool_in_steps},
    {"a_page_is_taken_that_nobody_shows", a_page_is_taken_that_nobody_shows},
    {},
};
