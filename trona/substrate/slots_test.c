/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "fake_heap.h"

#include "trona/slots.h"
#include "uapi/error.h"

#define FIRST 16
#define COUNT 256

static kn_cap made[64];
static unsigned made_count;
static kn_status make_status;

static kn_status make(kn_cap root_slot)
{
	if (make_status != KN_OK)
		return make_status;
	made[made_count++] = root_slot;
	return KN_OK;
}

static void slots_are_distinct_and_grow_by_cnodes(void **state)
{
	static kn_cap slots[5000];

	slots_init(FIRST, COUNT, make);
	assert_int_equal(slots_available(), COUNT - COUNT / 8);
	for (unsigned i = 0; i < 5000; i++) {
		assert_int_equal(slot_alloc(&slots[i]), KN_OK);
		if (slots[i] >> 32 == 0)
			assert_in_range(slots[i], FIRST, FIRST + COUNT - COUNT / 8 - 1);
		else
			assert_in_range(slots[i] & 0xffffffff, 1, (1u << SLOTS_GROW_BITS) - 1);
		for (unsigned j = i < 300 ? 0 : i; j < i; j++)
			assert_true(slots[j] != slots[i]);
	}
	assert_int_equal(made_count, 5);
	assert_int_equal(made[0], FIRST + COUNT - 1);
	assert_int_equal(made[4], FIRST + COUNT - 5);
	unsigned available = slots_available();

	for (unsigned i = 0; i < 5000; i++)
		slot_free(slots[i]);
	assert_int_equal(slots_available(), available + 5000);
	/* Freeing twice, or what was never ours, changes nothing. */
	slot_free(slots[4999]);
	slot_free(1);
	slot_free(77ull << 32 | 5);
	assert_int_equal(slots_available(), available + 5000);
	assert_int_equal(made_count, 5);
}

static void slots_in_a_row_are_in_one_cnode(void **state)
{
	kn_cap first, again;

	assert_int_equal(slots_alloc(64, &first), KN_OK);
	assert_int_equal(slots_alloc(64, &again), KN_OK);
	assert_int_equal(first >> 32, (first + 63) >> 32);
	assert_true(first + 64 <= again || again + 64 <= first);
	slots_free(first, 64);
	slots_free(again, 64);
	assert_int_equal(slots_alloc(0, &first), KN_E_INVALID_ARG);
	assert_int_equal(slots_alloc(65, &first), KN_E_INVALID_ARG);
}

static void slots_tell_why_they_cannot_grow(void **state)
{
	unsigned available = slots_available();

	make_status = KN_E_QUOTA;
	assert_int_equal(slots_reserve(available), KN_OK);
	assert_int_equal(slots_reserve(available + 1), KN_E_QUOTA);
	make_status = KN_OK;
	fake_heap_budget = 0;
	assert_int_equal(slots_reserve(available + 1), KN_E_NO_MEMORY);
	fake_heap_budget = -1;
	assert_int_equal(slots_available(), available);
	assert_int_equal(slots_reserve(available + 1), KN_OK);
	/* 32 root slots are kept for CNodes; then it is over. */
	assert_int_equal(slots_reserve(1000000), KN_E_NO_SLOT);
	assert_int_equal(made_count, COUNT / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slots_are_distinct_and_grow_by_cnodes),
	    cmocka_unit_test(slots_in_a_row_are_in_one_cnode),
	    cmocka_unit_test(slots_tell_why_they_cannot_grow),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
