/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces and memory objects through the public ABI: what only a real memory management
 * unit, real faults and several CPUs can show. The rules themselves are tested on the host
 * (kernite/object, kernite/mm).
 */
#include "memory_rig.h"

static void fresh_memory_is_zero_and_given_back(void)
{
	uint64_t used = pool_used(), a = map(OWN, KN_CAP_NONE, 64, RW, PRIVATE);

	for (uint64_t i = 0; i < 64; i++) {
		check(*at(a + i * PAGE) == 0 && *at(a + i * PAGE + 4092) == 0);
		*at(a + i * PAGE) = (uint32_t)i + 1;
	}
	for (uint64_t i = 0; i < 64; i++)
		check(*at(a + i * PAGE) == i + 1);
	check(pool_used() >= used + 64);
	unmap(a, 64);
	check(pool_used() <= used + 1);
}

static void discarded_memory_is_zero_again(void)
{
	uint64_t a = map(OWN, KN_CAP_NONE, 4, RW, PRIVATE);

	*at(a) = 5;
	*at(a + PAGE) = 6;
	check_ok(kn_vspace_discard(OWN, a, 1));
	check(*at(a) == 0 && *at(a + PAGE) == 6);
	unmap(a, 4);
}

static void shared_pages_are_one_memory(void)
{
	kn_cap object = new_object(16);
	uint64_t a = map(OWN, object, 16, RW, SHARED), b = map(OWN, object, 16, RW, SHARED);
	uint64_t c = map(OWN, object, 16, RW, PRIVATE);

	*at(a + 9 * PAGE) = 7;
	check(*at(b + 9 * PAGE) == 7 && *at(c + 9 * PAGE) == 7);
	*at(c + 9 * PAGE) = 8;
	*at(b + 9 * PAGE) = 9;
	check(*at(a + 9 * PAGE) == 9 && *at(c + 9 * PAGE) == 8);
	unmap(a, 16);
	unmap(b, 16);
	unmap(c, 16);
}

static void an_object_that_dies_is_unmapped(void)
{
	kn_cap object = new_object(4);
	struct kn_region_info info = {};
	uint64_t a = map(OWN, object, 4, RW, SHARED);

	*at(a) = 1;
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)object));
	check_ok(kn_vspace_query(OWN, a, &info));
	check(info.address != a);
}

static void a_clone_of_an_object_is_copied_on_write(void)
{
	kn_cap object = new_object(20), copy = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	uint64_t a = map(OWN, object, 20, RW, SHARED);

	for (uint64_t i = 0; i < 20; i++)
		*at(a + i * PAGE) = (uint32_t)i;
	check_ok(kn_memory_object_configure_clone(copy, KN_BOOT_SLOT_POOL, object));

	uint64_t b = map(OWN, copy, 20, RW, SHARED);

	*at(a + PAGE) = 100;
	*at(b + 2 * PAGE) = 200;
	check(*at(b + PAGE) == 1 && *at(a + 2 * PAGE) == 2);
	for (uint64_t i = 3; i < 20; i++)
		check(*at(a + i * PAGE) == i && *at(b + i * PAGE) == i);
	unmap(a, 20);
	unmap(b, 20);
}

static void the_archive_can_be_seen_but_not_written(void)
{
	uint64_t mapped = 0;
	kn_cap slice = rig_new(KN_TYPE_MEMORY_OBJECT, 0), part = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_status(kn_vspace_map(OWN, KN_BOOT_SLOT_ARCHIVE, 0, 0, 1, RW, RW, SHARED, &mapped),
	    KN_E_RIGHTS);
	check_ok(kn_memory_object_configure_slice(slice, KN_BOOT_SLOT_ARCHIVE, 0, 1));
	check_status(kn_vspace_map(OWN, slice, 0, 0, 1, RW, RW, SHARED, &mapped), KN_E_RIGHTS);
	check_status(kn_vspace_map(OWN, slice, 0, 0, 1, RX, RX, SHARED, &mapped), KN_E_RIGHTS);
	/* Nor through a slice of the slice, to which there are all rights. */
	check_ok(kn_memory_object_configure_slice(part, slice, 0, 1));
	check_status(kn_vspace_map(OWN, part, 0, 0, 1, RW, RW, SHARED, &mapped), KN_E_RIGHTS);
	mapped = map(OWN, slice, 1, RW, PRIVATE);
	check(*(volatile uint64_t *)mapped == KN_ARCHIVE_MAGIC);
	*(volatile uint64_t *)mapped = 1;

	uint64_t again = map(OWN, slice, 1, R, SHARED);

	check(*(volatile uint64_t *)again == KN_ARCHIVE_MAGIC);
	unmap(mapped, 1);
	unmap(again, 1);
}

static void physical_memory_is_zero_and_exclusive(void)
{
	kn_cap range = rig_slot(), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap second = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 20, CSPACE, (uint32_t)range, 1));
	check_ok(kn_memory_object_configure_physical(object, range, 0, 256, KN_MEMORY_TYPE_NORMAL));
	check_status(
	    kn_memory_object_configure_physical(second, range, 0, 1, KN_MEMORY_TYPE_NORMAL),
	    KN_E_BUSY);
	check_status(kn_untyped_retype(range, KN_TYPE_ENDPOINT, 0, CSPACE, (uint32_t)rig_slot(), 1),
	    KN_E_NO_MEMORY);

	uint64_t a = map(OWN, object, 256, RW, SHARED);

	for (uint64_t i = 0; i < 256; i++)
		check(*at(a + i * PAGE) == 0);
	/* Revoking the range takes the memory away and makes it usable again. */
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)range));

	struct kn_region_info info = {};

	check_ok(kn_vspace_query(OWN, a, &info));
	check(info.address != a);
	check_ok(kn_untyped_retype(range, KN_TYPE_ENDPOINT, 0, CSPACE, (uint32_t)rig_slot(), 1));
}

/* The page is alone in its table: when it has moved away, so must that. */
static void memory_that_moves_away_leaves_no_tables(void)
{
	const uint64_t from = 0x300000000000, to = 0x310000000000;
	const uint32_t flags = PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE;
	uint64_t mapped, committed, before, after;

	check_ok(kn_vspace_usage(OWN, &mapped, &committed, &before));
	check_ok(kn_vspace_map(OWN, KN_CAP_NONE, 0, from, 1, RW, RW, flags, &mapped));
	*(volatile uint32_t *)from = 42;
	check_ok(kn_vspace_take(OWN, OWN, from, to, 1));
	check(*(volatile uint32_t *)to == 42);
	check_ok(kn_vspace_unmap(OWN, to, 1));
	check_ok(kn_vspace_usage(OWN, &mapped, &committed, &after));
	check(before == after);
}

/* ---- what it costs ---- */

static void report(const char *name, kn_time start, unsigned rounds)
{
	kn_time cost = (rig_now() - start) / rounds;

	rig_print("# bench %s %lu\n", name, (unsigned long)cost);
	rig_limit(name, cost);
}

static void bench_pages(void)
{
	kn_time start = rig_now();

	for (unsigned i = 0; i < 100; i++)
		unmap(map(OWN, KN_CAP_NONE, 1, RW, PRIVATE), 1);
	report("map_unmap", start, 100);
	for (unsigned round = 0; round < 2; round++) {
		start = rig_now();

		uint64_t a = map(OWN, KN_CAP_NONE, 256, RW, PRIVATE);

		for (uint64_t i = 0; i < 256; i++)
			*at(a + i * PAGE) = 1;
		unmap(a, 256);
		if (round == 1)
			report("anonymous_page", start, 256);
	}

	uint64_t a = map(OWN, KN_CAP_NONE, 16, RW, PRIVATE);

	for (uint64_t i = 0; i < 16; i++)
		*at(a + i * PAGE) = 1;
	start = rig_now();
	for (unsigned i = 0; i < 100; i++) {
		check_ok(kn_vspace_protect(OWN, a + 4 * PAGE, 4, R));
		check_ok(kn_vspace_protect(OWN, a + 4 * PAGE, 4, RW));
	}
	report("protect_off_on", start, 100);
	unmap(a, 16);
}

static void bench_fork(void)
{
	uint64_t a = map(OWN, KN_CAP_NONE, 300, RW, PRIVATE);
	kn_cap space = new_space(KN_BOOT_SLOT_POOL);
	kn_time clone = 0, clear = 0, copy = 0;

	for (uint64_t i = 0; i < 300; i++)
		*at(a + i * PAGE) = 1;
	for (unsigned round = 0; round < 6; round++) {
		kn_time t0 = rig_now();

		check_ok(kn_vspace_clone(OWN, space));

		kn_time t1 = rig_now();

		for (uint64_t i = 0; i < 20; i++)
			*at(a + i * PAGE) = 2;

		kn_time t2 = rig_now();

		check_ok(kn_vspace_clear(space));
		if (round > 0) {
			clone += t1 - t0;
			copy += t2 - t1;
			clear += rig_now() - t2;
		}
	}
	rig_print("# bench clone_300_pages %lu\n", (unsigned long)(clone / 5));
	rig_print("# bench clear_300_pages %lu\n", (unsigned long)(clear / 5));
	rig_print("# bench copy_on_write %lu\n", (unsigned long)(copy / 100));
	unmap(a, 300);
}

/*
 * The address space of the shipped bash at its prompt, as /proc/<pid>/maps and VmRSS tell it: 70 private pages, and every page of
 * text and descriptors shown, which is the most there can be. (Forks by bash itself: test/system/fork_cost_test.py.)
 */
static const struct {
	uint64_t address;
	uint32_t pages, private_pages, prot, sharing; /* all pages of an object are there */
	bool has_object;
} bash_regions[] = {
    {0x1057f5dd0000, 64, 18, RW, PRIVATE, false}, /* heap */
    {0x1057f5e10000, 1, 0, R, SHARED, true},
    {0x1057f5e11000, 16, 0, RW, SHARED, true}, /* descriptors */
    {0x1057f5e21000, 1, 1, RW, PRIVATE, false},
    {0x551a204d0000, 48, 0, R, PRIVATE, true}, /* constants, text, data, bss */
    {0x551a20500000, 238, 0, RX, PRIVATE, true},
    {0x551a205ee000, 23, 23, RW, PRIVATE, true},
    {0x551a20605000, 18, 13, RW, PRIVATE, false},
    {0x7f8107805000, 1, 0, R, SHARED, true},
    {0x7f8107806000, 2, 0, RW, SHARED, true},
    {0x7feef4de6000, 2048, 15, RW, PRIVATE, false},
};
#define BASH_REGIONS (sizeof(bash_regions) / sizeof(bash_regions[0]))

/* A few pages a call: that is what one call populates. They grow together. */
static void map_as_bash(kn_cap space, unsigned index)
{
	uint64_t address = bash_regions[index].address, mapped;
	uint32_t pages = bash_regions[index].pages, there = bash_regions[index].private_pages;
	uint32_t prot = bash_regions[index].prot, sharing = bash_regions[index].sharing;
	uint32_t flags = sharing | FIXED;
	kn_cap object = KN_CAP_NONE, executable = KN_CAP_NONE;

	if (bash_regions[index].has_object) {
		there = pages;
		/* Text can be any, and the boot pool has no room for it. */
		object = prot != RW && sharing == PRIVATE ? KN_BOOT_SLOT_ARCHIVE : new_object(pages);
		executable = rig_slot();
		if (object != KN_BOOT_SLOT_ARCHIVE)
			check_ok(kn_memory_object_commit(object, 0, pages));
		check_ok(kn_exec_authority_grant(
		    KN_BOOT_SLOT_EXEC_AUTHORITY, object, CSPACE, (uint32_t)executable));
		object = prot == RX ? executable : object;
	}
	for (uint32_t at = 0, step; at < pages; at += step) {
		step = there - at < 8 ? there - at : 8;
		if (at >= there)
			step = pages - at;
		check_ok(kn_vspace_map(space, object, object ? at % 128 : 0, address + at * PAGE, step, prot, prot,
		    flags | (at < there ? KN_VSPACE_MAP_POPULATE : 0), &mapped));
	}
}

/* fork's part in the kernel. Between two clones the parent has written to all its pages again. */
static void bench_fork_of_bash(void)
{
	kn_cap bash = new_space(KN_BOOT_SLOT_POOL), child = new_space(KN_BOOT_SLOT_POOL);
	uint64_t mapped, committed, tables;
	kn_time clone = 0;

	for (unsigned i = 0; i < BASH_REGIONS; i++)
		map_as_bash(bash, i);
	check_ok(kn_vspace_usage(bash, &mapped, &committed, &tables));
	check(mapped == 2460 && committed == 70);
	for (unsigned round = 0; round < 6; round++) {
		kn_time start = rig_now();

		check_ok(kn_vspace_clone(bash, child));
		clone += round > 0 ? rig_now() - start : 0;
		check_ok(kn_vspace_clear(child));
		for (unsigned i = 0; i < BASH_REGIONS; i++) {
			if (bash_regions[i].private_pages == 0)
				continue;
			check_ok(kn_vspace_protect(bash, bash_regions[i].address, bash_regions[i].pages, R));
			check_ok(kn_vspace_protect(bash, bash_regions[i].address, bash_regions[i].pages, RW));
		}
	}
	rig_print("# bench clone_bash %lu\n", (unsigned long)(clone / 5));
	rig_limit("clone_bash", clone / 5);
}

const struct rig_test memory_tests[] = {
    {"fresh_memory_is_zero_and_given_back", fresh_memory_is_zero_and_given_back},
    {"discarded_memory_is_zero_again", discarded_memory_is_zero_again},
    {"shared_pages_are_one_memory", shared_pages_are_one_memory},
    {"an_object_that_dies_is_unmapped", an_object_that_dies_is_unmapped},
    {"a_clone_of_an_object_is_copied_on_write", a_clone_of_an_object_is_copied_on_write},
    {"the_archive_can_be_seen_but_not_written", the_archive_can_be_seen_but_not_written},
    {"physical_memory_is_zero_and_exclusive", physical_memory_is_zero_and_exclusive},
    {"memory_that_moves_away_leaves_no_tables", memory_that_moves_away_leaves_no_tables},
    {"pages_are_measured", bench_pages},
    {"fork_is_measured", bench_fork},
    {"fork_of_bash_is_measured", bench_fork_of_bash},
    {},
};
