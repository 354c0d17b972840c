/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: who is told of a fault. */
#include "fake_vspace.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_dry_pool_asks_its_handler),
	    TEST(a_spent_budget_is_no_matter_for_the_handler),
	    TEST(faults_go_to_the_thread_s_handler_with_their_reason),
	    TEST(a_missing_page_is_asked_from_the_pager),
	};

	return cmocka_run_group_tests_name("vspace faults", tests, nullptr, nullptr);
}
