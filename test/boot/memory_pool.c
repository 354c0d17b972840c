/* SPDX-License-Identifier: BSD-2-Clause */
/* Pools: limits, refills, and memory that is taken back. */
#include "memory_rig.h"

static void limits_of_child_pools_hold(void)
{
	kn_cap range, root = new_pool(20, &range), child = rig_new(KN_TYPE_POOL, 0);
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	struct kn_pool_info info = {};

	check_ok(kn_pool_configure(child, root, 10));
	check_status(kn_pool_configure(child, root, 10), KN_E_BUSY);
	check_status(kn_pool_configure(root, root, 10), KN_E_BUSY);
	check_status(kn_pool_refill(child, range), KN_E_WRONG_TYPE);
	check_status(kn_pool_refill(root, range), KN_E_BUSY);
	check_ok(kn_memory_object_configure_anonymous(object, child, 100));
	check_ok(kn_memory_object_commit(object, 0, 8));
	check_status(kn_memory_object_commit(object, 8, 8), KN_E_NO_MEMORY);
	check_ok(kn_pool_info(child, &info));
	check(info.used <= 10 && info.peak <= 10 && info.limit == 10);
	check_ok(kn_pool_set_limit(child, 200));
	check_ok(kn_memory_object_commit(object, 0, 100));
	check_ok(kn_memory_object_decommit(object, 0, 100));
	check_ok(kn_pool_info(root, &info));
	check(info.used == 0);
}

static void a_dry_pool_is_refilled_by_its_handler(void)
{
	kn_cap range, more = rig_slot(), pool = new_pool(15, &range);
	kn_cap handler, pool_endpoint;

	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 20, CSPACE, (uint32_t)more, 1));

	/* 7 frames: not enough for an object of 30 pages. */
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, pool, 30));
	pool_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	handler = rig_derive(pool_endpoint, KN_RIGHT_SEND, 0);
	check_ok(kn_pool_set_handler(pool, handler));

	uint64_t a = map(OWN, object, 30, RW, SHARED);

	for (unsigned i = 0; i < 6; i++)
		*at(a + i * PAGE) = 1;

	struct rig_thread *thread = faulting(write_target, (void *)5, a + 20 * PAGE);

	fault_endpoint = pool_endpoint;

	struct kn_regs regs = {};

	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + RIG_PATIENCE, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_POOL);
	check(regs.w[0] > 0);
	check_ok(kn_pool_refill(pool, more));
	answer_fault(KN_OK);
	rig_join(thread);
	check(*at(a + 20 * PAGE) == 5);
	unmap(a, 30);
}

static kn_status wait_status;

/* The kernel looks at the word, which is on a page that is not there. */
static void wait_at_target(void *argument)
{
	(void)argument;
	wait_status = kn_vspace_wait(OWN, (kn_word)(uintptr_t)fault_target, 1, KN_TIME_FOREVER);
}

static void the_kernel_s_own_look_asks_for_memory_too(void)
{
	kn_cap range, more = rig_slot(), pool = new_pool(15, &range);
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0), pager = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	struct kn_regs regs = {};

	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 20, CSPACE, (uint32_t)more, 1));
	check_ok(kn_memory_object_configure_anonymous(object, pool, 30));

	uint64_t a = map(OWN, object, 30, RW, SHARED);

	for (unsigned i = 0; i < 6; i++)
		*at(a + i * PAGE) = 1;

	struct rig_thread *thread = faulting(wait_at_target, nullptr, a + 20 * PAGE);

	/* Without a handler of the pool it is the thread's own fault; the access is tried again. */
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + RIG_PATIENCE, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_VM && regs.w[0] == a + 20 * PAGE);
	check_ok(kn_pool_set_handler(pool, fault_endpoint));
	answer_fault(KN_OK);
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + RIG_PATIENCE, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_POOL);
	check_ok(kn_pool_refill(pool, more));
	answer_fault(KN_OK);
	rig_join(thread);
	/* The page is zero, not 1. */
	check(wait_status == KN_E_WOULD_BLOCK);
	unmap(a, 30);

	/* A pager is asked in the same way, and its failure ends in the thread's handler. */
	kn_cap pager_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);

	check_ok(kn_memory_object_configure_pager(pager, pool, pager_endpoint, 4));
	a = map(OWN, pager, 4, RW, SHARED);
	wait_status = KN_OK;
	thread = faulting(wait_at_target, nullptr, a);

	kn_cap vm_endpoint = fault_endpoint;

	fault_endpoint = pager_endpoint;
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + RIG_PATIENCE, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_PAGER && regs.w[0] == 0);
	answer_fault(KN_E_IO);
	fault_endpoint = vm_endpoint;
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + RIG_PATIENCE, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_VM);
	answer_fault(KN_E_IO);
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	check(wait_status == KN_OK);
	unmap(a, 4);
}

static void a_refused_refill_is_a_fault_of_the_thread(void)
{
	kn_cap range, pool = new_pool(15, &range), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap pool_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, pool, 30));
	check_ok(kn_pool_set_handler(pool, pool_endpoint));
	check_status(kn_memory_object_commit(object, 0, 30), KN_E_NO_MEMORY);

	uint64_t a = map(OWN, object, 30, RW, SHARED);

	(void)faulting(write_target, (void *)5, a + 20 * PAGE);

	kn_cap vm_endpoint = fault_endpoint;
	struct kn_regs regs = {};

	check_ok(kn_recv(pool_endpoint, &regs, rig_now() + RIG_PATIENCE, fault_reply));
	answer_fault(KN_E_NO_MEMORY);
	fault_endpoint = vm_endpoint;
	expect_fault(KN_LABEL_FAULT_VM, a + 20 * PAGE, 2);
	check(fault_reason() == KN_E_NO_MEMORY);
	answer_fault(KN_E_NO_MEMORY);
	unmap(a, 30);
}

static void revoking_a_pool_s_memory_takes_it_from_everybody(void)
{
	kn_cap range, pool = new_pool(21, &range), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap space = new_space(pool);
	struct kn_memory_object_info info = {};
	struct kn_region_info region = {};
	uint64_t mapped, committed, tables;

	check_ok(kn_memory_object_configure_anonymous(object, pool, 300));
	check_ok(kn_memory_object_commit(object, 0, 300));

	uint64_t a = map(OWN, object, 300, RW, SHARED);

	for (unsigned i = 0; i < 300; i++)
		*at(a + i * PAGE) = i;
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)range));
	check_ok(kn_memory_object_info(object, &info));
	check(info.pages == 0 && info.committed == 0);
	check_ok(kn_vspace_query(OWN, a, &region));
	check(region.address != a);
	check_ok(kn_vspace_usage(space, &mapped, &committed, &tables));
	check(tables == 0);
	/* The range is whole again. */
	check_ok(kn_untyped_retype(range, KN_TYPE_UNTYPED, 21, CSPACE, (uint32_t)rig_slot(), 1));
}

const struct rig_test memory_pool_tests[] = {
    {"limits_of_child_pools_hold", limits_of_child_pools_hold},
    {"a_dry_pool_is_refilled_by_its_handler", a_dry_pool_is_refilled_by_its_handler},
    {"the_kernel_s_own_look_asks_for_memory_too", the_kernel_s_own_look_asks_for_memory_too},
    {"a_refused_refill_is_a_fault_of_the_thread", a_refused_refill_is_a_fault_of_the_thread},
    {"revoking_a_pool_s_memory_takes_it_from_everybody",
	revoking_a_pool_s_memory_takes_it_from_everybody},
    {},
};
