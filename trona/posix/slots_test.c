/* SPDX-License-Identifier: BSD-2-Clause */
/* Slots of a process: given once, in runs, in nodes of their own, until there are no more. */
#include "table_fixture.h"

static void slots_are_not_given_twice(void **state)
{
	kn_cap first = slot_take(), second = slot_take();

	assert_int_not_equal(first, second);
	slot_give(first);
	assert_int_equal(slot_take(), first);
	slot_give(first);
	slot_give(second);
}

static void runs_are_neighbours(void **state)
{
	for (unsigned width = 1; width <= 3; width++) {
		kn_cap run = slot_take_run(width), after = slot_take();

		assert_true(run != KN_CAP_NONE && (after < run || after >= run + width));
		for (unsigned i = 0; i < width; i++)
			slot_give(run + i);
		slot_give(after);
	}
}

static void a_run_does_not_take_a_slot_in_use(void **state)
{
	kn_cap a = slot_take(), b = slot_take(), c = slot_take();

	slot_give(a);
	slot_give(c);
	kn_cap run = slot_take_run(3);
	assert_true(run > b || run + 2 < b);
	for (unsigned i = 0; i < 3; i++)
		slot_give(run + i);
	slot_give(b);
}

static void a_marked_slot_is_not_given(void **state)
{
	kn_cap slot = slot_take();

	slot_give(slot);
	slot_mark(slot);
	assert_int_not_equal(slot_take(), slot);
	slot_give(slot);
}

static void delete_empties_and_gives_back(void **state)
{
	kn_cap slot = slot_take();

	slot_delete(slot);
	assert_int_equal(last_deleted, slot);
	assert_int_equal(slot_take(), slot);
	slot_give(slot);
}

static void more_slots_come_in_nodes_and_end_clearly(void **state)
{
	unsigned before = expansions, taken = 0;
	kn_cap last = 0, slot;

	while ((slot = slot_take()) != KN_CAP_NONE) {
		taken++;
		assert_true((uint32_t)slot != 0);
		last = slot;
	}
	assert_int_equal(expansions - before, 3);
	assert_true(taken > 3 * 250);
	assert_true(last >> 32 != 0);
	slot_delete(last);
	assert_int_equal(last_deleted, last);
	assert_int_equal(slot_take(), last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(slots_are_not_given_twice, fresh),
	    cmocka_unit_test_setup(runs_are_neighbours, fresh),
	    cmocka_unit_test_setup(a_run_does_not_take_a_slot_in_use, fresh),
	    cmocka_unit_test_setup(a_marked_slot_is_not_given, fresh),
	    cmocka_unit_test_setup(delete_empties_and_gives_back, fresh),
	    cmocka_unit_test_setup(more_slots_come_in_nodes_and_end_clearly, fresh),
	};

	slots_start();
	return cmocka_run_group_tests(tests, begin, nullptr);
}
