/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running out. Whatever a call takes (frames for pages, page tables, radix nodes, slabs of regions), it is refused each of them once:
 * the budget starts at nothing and grows by a page until the call succeeds. A refusal is NO_MEMORY and leaves use, regions and
 * pages as they were; debug.check() agrees after each.
 */
#include "kernel_rig.h"

#include "kn/pool.h"

#define READ_WRITE (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE)
#define BUDGET_MAX 200

static kn_cap pool, space, source, target;
static kn_word far_address;

static uint64_t used(void)
{
	struct kn_pool_info info = {};

	check_ok(kn_pool_info(pool, &info));
	return info.used;
}

static void make_pool(void)
{
	pool = rig_new(KN_TYPE_POOL, 0);
	check_ok(kn_pool_configure(pool, KN_BOOT_SLOT_POOL, 0));
}

/* More and more budget on top of what is used, until `call` succeeds; returns how many times it was refused. */
static unsigned sweep(kn_status (*call)(void))
{
	uint64_t before = used(), checked;

	for (unsigned budget = 0; budget < BUDGET_MAX; budget++) {
		check_ok(kn_pool_set_limit(pool, before + budget));
		kn_status status = call();

		check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
		if (status == KN_OK)
			return budget;
		if (!check_status(status, KN_E_NO_MEMORY) || !check(used() == before))
			break;
	}
	check(false);
	return 0;
}

static kn_status configure_space(void)
{
	return kn_vspace_configure(space, pool, 0x100000);
}

static void make_space(void)
{
	make_pool();
	space = rig_new(KN_TYPE_VSPACE, 0);
	check(sweep(configure_space) == 1);
}

static void address_space_without_a_frame(void)
{
	kn_word mapped;

	make_space();
	/* One more for the region's structure: none is left for the page that is waited on. */
	check_ok(kn_pool_set_limit(pool, 2));
	check_ok(kn_vspace_map(space, KN_CAP_NONE, 0, 0x100000, 1, READ_WRITE, READ_WRITE, KN_VSPACE_MAP_PRIVATE, &mapped));
	check_status(kn_vspace_wait(space, mapped, 0, KN_TIME_POLL), KN_E_NO_MEMORY);
	check(used() == 2);
}

static kn_status map_region(void)
{
	kn_word mapped;

	return kn_vspace_map(space, KN_CAP_NONE, 0, far_address, 1, READ_WRITE, READ_WRITE,
	    KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED, &mapped);
}

/* Regions of three pages with room between them until no structure for one is left. */
static unsigned fill_with_regions(void)
{
	kn_word mapped;
	unsigned count = 0;

	while (count < 10000 &&
	       kn_vspace_map(space, KN_CAP_NONE, 0, 0x10000000 + count * 0x4000, 3, READ_WRITE, READ_WRITE,
		   KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED, &mapped) == KN_OK)
		count++;
	check_status(kn_vspace_map(space, KN_CAP_NONE, 0, 0x10000000 + count * 0x4000, 3, READ_WRITE, READ_WRITE,
			 KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED, &mapped),
	    KN_E_NO_MEMORY);
	return count;
}

static void region_without_a_structure(void)
{
	struct kn_region_info region = {};
	kn_word mapped;

	make_space();
	far_address = 0x700000000000;
	check(sweep(map_region) == 1);
	unsigned count = fill_with_regions(), split = 0;

	check(count > 2);
	check_status(kn_vspace_protect(space, 0x10001000, 1, KN_VSPACE_PROT_READ), KN_E_NO_MEMORY);
	/* The structure that map() wanted two of serves once. */
	while (split < 2 && kn_vspace_unmap(space, 0x10001000 + split * 0x4000, 1) == KN_OK)
		split++;
	check_status(kn_vspace_unmap(space, 0x10001000 + split * 0x4000, 1), KN_E_NO_MEMORY);
	check_ok(kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, 1, READ_WRITE, READ_WRITE, KN_VSPACE_MAP_PRIVATE, &mapped));
	check_status(kn_vspace_take(space, KN_SLOT_VSPACE, mapped, 0x600000000000, 1), KN_E_NO_MEMORY);
	check_ok(kn_vspace_unmap(KN_SLOT_VSPACE, mapped, 1));
	/* All are as they were. */
	check_ok(kn_vspace_query(space, 0x10001000 + split * 0x4000, &region));
	check(region.address == 0x10000000 + split * 0x4000 && region.pages == 3 && region.prot == READ_WRITE);
}

static kn_status clone_space(void)
{
	return kn_vspace_clone(source, space);
}

static void clone_without_frames(void)
{
	struct kn_region_info region = {};
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_word mapped;

	make_space();
	source = rig_new(KN_TYPE_VSPACE, 0);
	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, 4));
	check_ok(kn_vspace_configure(source, KN_BOOT_SLOT_POOL, 0x100000));
	for (unsigned i = 0; i < 8; i++)
		check_ok(kn_vspace_map(source, KN_CAP_NONE, 0, 0x40000000ull << i, 2, READ_WRITE, READ_WRITE,
		    KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_POPULATE, &mapped));
	check_ok(kn_vspace_map(source, object, 0, 0x10000000, 4, READ_WRITE, READ_WRITE,
	    KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_POPULATE, &mapped));
	check_ok(kn_pool_set_limit(pool, 3));
	check_status(kn_vspace_clone(source, space), KN_E_NO_MEMORY);
	/* Tables, a slab and 16 pages at least. */
	check(sweep(clone_space) >= 17);
	check_ok(kn_vspace_query(space, 0x10000000, &region));
	check(region.address == 0x10000000 && region.pages == 4);
}

static kn_status clone_object(void)
{
	return kn_memory_object_configure_clone(target, pool, source);
}

static void object_clone_without_frames(void)
{
	make_pool();
	source = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	target = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	check_ok(kn_memory_object_configure_anonymous(source, KN_BOOT_SLOT_POOL, 1 << 20));
	check_ok(kn_memory_object_commit(source, 0, 12));
	check_ok(kn_memory_object_commit(source, 1 << 19, 3));
	check(sweep(clone_object) >= 15);
}

static kn_status commit_page(void)
{
	return kn_memory_object_commit(target, 1 << 19, 1);
}

static void commit_without_frames(void)
{
	make_pool();
	target = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	check_ok(kn_memory_object_configure_anonymous(target, pool, 1 << 20));
	check(sweep(commit_page) >= 2);
}

static kn_status configure_thread(void)
{
	return kn_tcb_configure(source, KN_SLOT_VSPACE, KN_SLOT_CSPACE, target, 0, 0x100000, KN_CAP_NONE);
}

static void ipc_buffer_without_a_frame(void)
{
	make_pool();
	source = rig_new(KN_TYPE_TCB, 0);
	target = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	check_ok(kn_memory_object_configure_anonymous(target, pool, 1));
	check(sweep(configure_thread) == 1);
}

static void untyped_to_its_last_byte(void)
{
	kn_cap small = rig_new(KN_TYPE_UNTYPED, 10);
	struct kn_untyped_info info = {};
	unsigned made = 0;

	while (made < 100 && kn_untyped_retype(small, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, (uint32_t)rig_slot(), 1) == KN_OK)
		made++;
	check(made == 1u << (10 - KN_OBJECT_BITS_ENDPOINT));
	check_status(kn_untyped_retype(small, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, (uint32_t)rig_slot(), 1), KN_E_NO_MEMORY);
	check_ok(kn_untyped_info(small, &info));
	check(info.used == info.size);
	/* More than is left in one go: nothing is made. */
	check_ok(kn_cnode_revoke(KN_SLOT_CSPACE, (uint32_t)small));
	check_status(kn_untyped_retype(small, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, RIG_SLOT + 2000, made + 1), KN_E_NO_MEMORY);
	check_status(kn_cnode_revoke(KN_SLOT_CSPACE, RIG_SLOT + 2000), KN_E_INVALID_CAP);
	check_ok(kn_untyped_retype(small, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, RIG_SLOT + 2000, made));
}

const struct rig_test exhaustion_tests[] = {
    {"address_space_without_a_frame", address_space_without_a_frame},
    {"region_without_a_structure", region_without_a_structure},
    {"clone_without_frames", clone_without_frames},
    {"object_clone_without_frames", object_clone_without_frames},
    {"commit_without_frames", commit_without_frames},
    {"ipc_buffer_without_a_frame", ipc_buffer_without_a_frame},
    {"untyped_to_its_last_byte", untyped_to_its_last_byte},
    {},
};
