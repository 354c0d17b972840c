/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks and accounts over real slots and a model of the kernel's derivation tree. */
#include "check.h"
#include "fake_caps.h"
#include "fake_heap.h"

#include "account.h"
#include "block.h"
#include "kn/untyped.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define MEMORY 11
#define MEMORY_BITS 20
#define CLIENT 12

static struct account *root;
static unsigned all_slots;

static int once(void **state)
{
	fake_caps_reset();
	slots_init(32, 900, nullptr);
	fake_caps_untyped(MEMORY, MEMORY_BITS);
	blocks_init();
	assert_int_equal(accounts_init(), KN_OK);
	assert_int_equal(blocks_add(MEMORY, MEMORY_BITS), KN_OK);
	root = account_by_badge(KN_BADGE_UNIT | 1);
	assert_non_null(root);
	all_slots = slots_available();
	return 0;
}

/* All memory can be had in one piece, no slot and no capability is left over. */
static void assert_nothing_left(void)
{
	struct block *whole;

	assert_int_equal(blocks_free_bytes(), 1u << MEMORY_BITS);
	assert_int_equal(block_take(MEMORY_BITS, &whole), KN_OK);
	block_give(whole);
	assert_int_equal(fake_caps_used(), 1);
	assert_int_equal(slots_available(), all_slots);
	assert_int_equal(blocks_idle_slots(), 0);
	assert_int_equal(root->used, 0);
	assert_int_equal(root->objects, 0);
}

/* An object in a client's slot, as after a moved answer. */
static void make_object(struct block *block)
{
	assert_int_equal(kn_untyped_retype(block->slot, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, CLIENT, 1), KN_OK);
}

static void blocks_come_back_in_one_piece(void **state)
{
	struct block *blocks[200];

	for (unsigned i = 0; i < 200; i++) {
		assert_int_equal(account_take(root, 7 + i % 6, &blocks[i]), KN_OK);
		assert_int_equal(all_slots - slots_available() - blocks_idle_slots(), i + 1); /* one each, however memory is cut up */
		assert_int_equal(blocks[i]->size_bits, 7 + i % 6);
		assert_ptr_equal(block_by_handle(block_handle(blocks[i])), blocks[i]);
	}
	for (unsigned i = 0; i < 200; i++)
		account_give(blocks[i * 77 % 200]);
	assert_nothing_left();
}

static void blocks_of_one_size_come_and_go_without_splitting(void **state)
{
	struct block *block;

	assert_int_equal(account_take(root, 9, &block), KN_OK);
	account_give(block);
	fake_caps_budget = 0;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(account_take(root, 9, &block), KN_OK);
		account_give(block);
	}
	fake_caps_budget = -1;
	assert_nothing_left();
}

static void giving_a_block_takes_its_object_from_everybody(void **state)
{
	struct block *block;

	assert_int_equal(account_take(root, 7, &block), KN_OK);
	make_object(block);
	account_give(block);
	assert_false(fake_cap(CLIENT)->is_used);
	assert_nothing_left();
}

static void old_handles_find_nothing(void **state)
{
	struct block *block;

	assert_int_equal(account_take(root, 7, &block), KN_OK);
	uint64_t handle = block_handle(block);

	account_give(block);
	assert_null(block_by_handle(handle));
	assert_null(block_by_handle(0xffffffff));
	assert_null(block_by_handle(~0ull));
	assert_nothing_left();
}

static void released_blocks_go_with_the_last_capability(void **state)
{
	struct block *block;

	assert_int_equal(account_take(root, 7, &block), KN_OK);
	make_object(block);
	block_release(block);
	blocks_collect(100);
	assert_true(fake_cap(CLIENT)->is_used);
	slot_delete(CLIENT);
	blocks_collect(100);
	assert_nothing_left();
	/* Without a capability at all it goes at once. */
	assert_int_equal(account_take(root, 7, &block), KN_OK);
	block_release(block);
	assert_nothing_left();
}

static void memory_that_is_short_looks_at_released_blocks(void **state)
{
	struct block *block;

	assert_int_equal(account_take(root, MEMORY_BITS, &block), KN_OK);
	make_object(block);
	block_release(block);
	assert_int_equal(account_take(root, 7, &block), KN_E_NO_MEMORY);
	slot_delete(CLIENT);
	assert_int_equal(account_take(root, 7, &block), KN_OK);
	account_give(block);
	assert_nothing_left();
}

static void quotas_count_in_every_account_above(void **state)
{
	struct account *parent, *child;
	struct block *block;

	assert_int_equal(account_create(root, 3 * 4096, &parent), KN_OK);
	assert_int_equal(account_create(parent, 2 * 4096, &child), KN_OK);
	assert_int_equal(account_take(child, 13, &block), KN_OK);
	assert_int_equal(account_take(child, 7, &block), KN_E_QUOTA);
	assert_int_equal(account_take(parent, 12, &block), KN_OK);
	assert_int_equal(account_take(parent, 7, &block), KN_E_QUOTA);
	assert_int_equal(parent->used, 3 * 4096);
	assert_int_equal(root->used, 3 * 4096);
	uint64_t badge = account_badge(child);

	account_destroy(parent);
	assert_null(account_by_badge(badge));
	assert_nothing_left();
}

static void accounts_cannot_be_nested_without_end(void **state)
{
	struct account *at = root, *top = nullptr;
	kn_status status = KN_OK;

	for (unsigned i = 0; i < 100 && status == KN_OK; i++) {
		status = account_create(at, ~0ull, &at);
		top = i == 0 ? at : top;
	}
	assert_int_equal(status, KN_E_QUOTA);
	account_destroy(top);
	assert_nothing_left();
}

static void sizes_out_of_range_are_refused(void **state)
{
	struct block *block;

	assert_int_equal(account_take(root, MEMORY_BITS + 1, &block), KN_E_NO_MEMORY);
	assert_int_equal(account_take(root, BLOCK_BITS_MAX + 1, &block), KN_E_NO_MEMORY);
	assert_int_equal(account_take(root, 255, &block), KN_E_NO_MEMORY);
	assert_int_equal(blocks_add(MEMORY, BLOCK_BITS_MIN - 1), KN_E_RANGE);
	assert_int_equal(blocks_add(MEMORY, BLOCK_BITS_MAX + 1), KN_E_RANGE);
	assert_nothing_left();
}

static kn_status whole_life(void)
{
	struct account *account, *child;
	struct block *block;
	kn_status status = account_create(root, ~0ull, &account);

	if (status != KN_OK)
		return status;
	status = account_create(account, ~0ull, &child);
	if (status == KN_OK)
		status = account_take(child, 7, &block);
	if (status == KN_OK)
		status = account_take(child, 14, &block);
	if (status == KN_OK)
		status = account_take(account, 10, &block);
	account_destroy(account);
	return status;
}

static void nothing_leaks_wherever_memory_runs_out(void **state)
{
	long *const budgets[] = {&fake_heap_budget, &fake_caps_budget};

	for (unsigned kind = 0; kind < 2; kind++) {
		kn_status status = KN_E_NO_MEMORY;

		for (long n = 0; status != KN_OK; n++) {
			assert_in_range(n, 0, 500);
			assert_nothing_left();
			*budgets[kind] = n;
			status = whole_life();
			*budgets[kind] = -1;
			assert_true(status == KN_OK || status == KN_E_NO_MEMORY);
		}
		assert_nothing_left();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    /* First, while there are no books yet: their growth fails, too. */
	    cmocka_unit_test(nothing_leaks_wherever_memory_runs_out),
	    cmocka_unit_test(blocks_come_back_in_one_piece),
	    cmocka_unit_test(blocks_of_one_size_come_and_go_without_splitting),
	    cmocka_unit_test(giving_a_block_takes_its_object_from_everybody),
	    cmocka_unit_test(old_handles_find_nothing),
	    cmocka_unit_test(released_blocks_go_with_the_last_capability),
	    cmocka_unit_test(memory_that_is_short_looks_at_released_blocks),
	    cmocka_unit_test(quotas_count_in_every_account_above),
	    cmocka_unit_test(accounts_cannot_be_nested_without_end),
	    cmocka_unit_test(sizes_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, once, nullptr);
}
