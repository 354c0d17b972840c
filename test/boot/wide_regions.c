/* SPDX-License-Identifier: BSD-2-Clause */
/* An address space with thousands of regions (wide_rig.h). */
#include "wide_rig.h"

#define REGIONS 4000
#define MIDDLE (REGIONS / 2)

static kn_cap object;
static uint64_t base;

static void show(unsigned i, uint32_t prot, uint32_t max_prot)
{
	uint64_t mapped;

	check_ok(kn_vspace_map(OWN, object, 0, base + i * PAGE, 1, prot, max_prot, SHARED | FIXED, &mapped));
}

/* All show the same page, so no two are one region. */
static void make_regions(uint32_t max_of_every_other)
{
	unsigned wrong = 0;

	object = new_object(1);
	base = map(OWN, KN_CAP_NONE, REGIONS, R, PRIVATE);
	unmap(base, REGIONS);
	for (unsigned i = 0; i < REGIONS; i++)
		show(i, i % 2 ? max_of_every_other : RW, i % 2 ? max_of_every_other : RW);
	for (unsigned i = 0; i < REGIONS; i++)
		wrong += *at(base + i * PAGE) != 0;
	check(wrong == 0);
}

static unsigned count_with(uint32_t prot)
{
	unsigned count = 0;
	struct kn_region_info info = {};

	for (uint64_t i = 0; i < REGIONS; i++) {
		if (kn_vspace_query(OWN, base + i * PAGE, &info) == KN_OK)
			count += info.address == base + i * PAGE && info.pages == 1 && info.prot == prot;
	}
	return count;
}

static kn_status protect(uint32_t prot)
{
	return kn_vspace_protect(OWN, base, REGIONS, prot);
}

static void many_regions_are_protected_in_steps(void)
{
	make_regions(RW);
	check_ok(protect(R));
	check_stretch();
	check(count_with(R) == REGIONS);
	/* Nothing to do, and yet a long way. */
	check_ok(protect(R));
	check_stretch();
	check_ok(protect(RW));
	check(count_with(RW) == REGIONS);
	*at(base + MIDDLE * PAGE) = 1;
	check(*at(base) == 1);
	check_ok(kn_vspace_unmap(OWN, base, REGIONS));
	check_stretch();
	check(count_with(RW) == 0);
}

static void regions_with_two_limits_are_protected_in_steps(void)
{
	make_regions(R);
	check_ok(protect(R));
	check_stretch();
	check(count_with(R) == REGIONS);
	check_status(protect(RW), KN_E_RIGHTS);
	check(count_with(R) == REGIONS);
	check_ok(protect(0));
	check(count_with(0) == REGIONS);
	check_stretch();
}

static void refuse(kn_status expected, unsigned left)
{
	check_ok(kn_vspace_protect(OWN, base, 1, R));
	check_status(protect(RW), expected);
	check_stretch();
	check(count_with(R) == 1 + (expected == KN_E_RIGHTS));
	check(count_with(RW) == left - 1);
	check_status(protect(R), expected == KN_E_RIGHTS ? KN_OK : expected);
	check_stretch();
	check(count_with(R) == (expected == KN_E_RIGHTS ? REGIONS : 1));
}

static void protecting_over_a_hole_in_the_middle_changes_nothing(void)
{
	make_regions(RW);
	unmap(base + MIDDLE * PAGE, 1);
	refuse(KN_E_BAD_ADDRESS, REGIONS - 1);
}

static void protecting_over_a_hole_at_the_end_changes_nothing(void)
{
	make_regions(RW);
	unmap(base + (REGIONS - 1) * PAGE, 1);
	refuse(KN_E_BAD_ADDRESS, REGIONS - 1);
}

static void protecting_what_may_not_be_in_the_middle_changes_nothing(void)
{
	make_regions(RW);
	show(MIDDLE, R, R);
	refuse(KN_E_RIGHTS, REGIONS - 1);
}

static void protecting_what_may_not_be_at_the_end_changes_nothing(void)
{
	make_regions(RW);
	show(REGIONS - 1, R, R);
	refuse(KN_E_RIGHTS, REGIONS - 1);
}

static volatile kn_status worker_status;

static void protect_all(void *prot)
{
	worker_status = protect((uint32_t)(uintptr_t)prot);
}

/* What comes in its way is seen or not; what is left is protected one way or the other. */
static void protecting_may_be_disturbed(void)
{
	make_regions(RW);
	for (kn_time delay = 20000; delay <= 140000; delay += 60000) {
		struct rig_thread *worker = start_below(protect_all, (void *)R, 1);

		rig_sleep(delay);
		unmap(base + MIDDLE * PAGE, 2);
		rig_join(worker);
		check(worker_status == KN_OK || worker_status == KN_E_BAD_ADDRESS);
		check(count_with(R) + count_with(RW) == REGIONS - 2);
		check(worker_status != KN_OK || count_with(RW) == 0);
		show(MIDDLE, R, R);
		show(MIDDLE + 1, RW, RW);
		check_status(protect(RW), KN_E_RIGHTS);

		/* Ended halfway. */
		show(MIDDLE, RW, RW);
		worker = start_below(protect_all, (void *)RW, 1);
		rig_sleep(delay);
		check_ok(kn_tcb_suspend(worker->tcb, true));
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)worker->tcb));
		check(count_with(R) + count_with(RW) == REGIONS);
		check_ok(protect(RW));
		check(count_with(RW) == REGIONS);
	}
	check_stretch();
}

/* ---- places ---- */

#define LOW 0x10000000000ull
#define HIGH 0x20000000000ull

static kn_cap space;

static void make_space(uint64_t map_base)
{
	kn_cap range;

	space = rig_new(KN_TYPE_VSPACE, 0);
	check_ok(kn_vspace_configure(space, new_pool(21, &range), map_base));
}

static uint64_t put(uint64_t address, uint64_t pages)
{
	uint64_t mapped = 0;

	check_ok(kn_vspace_map(space, KN_CAP_NONE, 0, address, pages, R, R, PRIVATE | FIXED, &mapped));
	return mapped;
}

/* Where so many pages find room: 0: nowhere. */
static uint64_t find(uint64_t hint, uint64_t pages)
{
	uint64_t mapped = 0;
	kn_status status = kn_vspace_map(space, KN_CAP_NONE, 0, hint, pages, R, R, PRIVATE, &mapped);

	check_stretch();
	if (mapped && status == KN_OK)
		check_ok(kn_vspace_unmap(space, mapped, pages));
	else
		check_status(status, KN_E_NO_MEMORY);
	return mapped;
}

/* From `from` on, with a page between any two; returns where they end. */
static uint64_t put_many(uint64_t from)
{
	for (uint64_t i = 0; i < REGIONS; i++)
		put(from + 2 * i * PAGE, 1);
	return from + (2 * REGIONS - 1) * PAGE;
}

static void a_place_behind_many_regions_is_found_in_steps(void)
{
	make_space(LOW);

	uint64_t end = put_many(LOW);

	check(find(0, 2) == end);
	check(find(LOW + 2 * MIDDLE * PAGE, 2) == end);
	check(find(0, 1) == LOW + PAGE);
	check(find(LOW + (2 * MIDDLE + 1) * PAGE, 1) == LOW + (2 * MIDDLE + 1) * PAGE);
	check(find(0, 1000000) == end);

	/* The first that is large enough, whatever lies behind it. */
	check_ok(kn_vspace_unmap(space, LOW + 2 * MIDDLE * PAGE, 1));
	check_ok(kn_vspace_unmap(space, LOW + (2 * MIDDLE + 20) * PAGE, 3));
	check(find(0, 2) == LOW + (2 * MIDDLE - 1) * PAGE);
	check(find(0, 3) == LOW + (2 * MIDDLE - 1) * PAGE);
	check(find(0, 4) == LOW + (2 * MIDDLE + 19) * PAGE);
	check(find(0, 5) == LOW + (2 * MIDDLE + 19) * PAGE);
	check(find(0, 6) == end);
}

/* The search goes on below where it begins. */
static void the_only_place_is_among_many_regions(void)
{
	make_space(HIGH);

	uint64_t end = put_many(LOW);

	put(KN_USER_MIN, (LOW - KN_USER_MIN) / PAGE);
	put(end, (KN_USER_MAX - end) / PAGE);
	check(find(0, 2) == 0);
	check(find(0, 1) == LOW + PAGE);
	check_ok(kn_vspace_unmap(space, LOW + 2 * MIDDLE * PAGE, 1));
	check(find(0, 3) == LOW + (2 * MIDDLE - 1) * PAGE);
	check(find(HIGH, 2) == LOW + (2 * MIDDLE - 1) * PAGE);
	check(find(0, 4) == 0);
	put(LOW + (2 * MIDDLE - 1) * PAGE, 2);
	check(find(0, 2) == 0);
	/* The last page of all. */
	check_ok(kn_vspace_unmap(space, KN_USER_MAX - 2 * PAGE, 2));
	check(find(0, 2) == KN_USER_MAX - 2 * PAGE);
	check(find(0, 3) == 0);
}

static void a_space_with_many_regions_is_cleared_in_steps(void)
{
	uint64_t mapped, committed, tables;

	make_space(LOW);
	(void)put_many(LOW);
	check_ok(kn_vspace_clear(space));
	check_stretch();
	check_ok(kn_vspace_usage(space, &mapped, &committed, &tables));
	check(mapped == 0);
	(void)put_many(LOW);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));
	check_stretch();
}

const struct rig_test wide_region_tests[] = {
    {"many_regions_are_protected_in_steps", many_regions_are_protected_in_steps},
    {"regions_with_two_limits_are_protected_in_steps", regions_with_two_limits_are_protected_in_steps},
    {"protecting_over_a_hole_in_the_middle_changes_nothing", protecting_over_a_hole_in_the_middle_changes_nothing},
    {"protecting_over_a_hole_at_the_end_changes_nothing", protecting_over_a_hole_at_the_end_changes_nothing},
    {"protecting_what_may_not_be_in_the_middle_changes_nothing", protecting_what_may_not_be_in_the_middle_changes_nothing},
    {"protecting_what_may_not_be_at_the_end_changes_nothing", protecting_what_may_not_be_at_the_end_changes_nothing},
    {"protecting_may_be_disturbed", protecting_may_be_disturbed},
    {"a_place_behind_many_regions_is_found_in_steps", a_place_behind_many_regions_is_found_in_steps},
    {"the_only_place_is_among_many_regions", the_only_place_is_among_many_regions},
    {"a_space_with_many_regions_is_cleared_in_steps", a_space_with_many_regions_is_cleared_in_steps},
    {},
};
