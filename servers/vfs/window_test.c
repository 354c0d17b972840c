/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows end with their clients, however these end. */
#include "check.h"

#include "description.h"
#include "test_fakes.h"
#include "window.h"

static kn_cap capability, memory;

static int fresh(void **state)
{
	fake_has_children = true;
	assert_int_equal(window_create(0, &capability, &memory), KN_OK);
	return 0;
}

static int nothing_left(void **state)
{
	assert_int_equal(fake_objects, 0);
	assert_int_equal(window_kept(), 1);
	return 0;
}

static void a_window_ends_with_its_last_capability(void **state)
{
	window_orphan(BADGE_WINDOW);
	assert_int_equal(fake_objects, 1);
	fake_has_children = false;
	window_orphan(BADGE_WINDOW);
}

static void a_window_whose_answer_found_nobody_ends_at_the_next_sweep(void **state)
{
	assert_true(window_has_young());
	fake_has_children = false;
	window_sweep();
	assert_false(window_has_young());
	assert_null(window_by_badge(BADGE_WINDOW));
}

static void sweeping_leaves_windows_that_somebody_has(void **state)
{
	window_sweep();
	assert_false(window_has_young());
	assert_non_null(window_by_badge(BADGE_WINDOW));
	assert_int_equal(fake_objects, 1);
	fake_has_children = false;
	window_sweep(); /* ORPHAN will come */
	assert_int_equal(fake_objects, 1);
	window_orphan(BADGE_WINDOW);
}

static void a_window_in_use_outlives_its_client(void **state)
{
	struct window *window = window_by_badge(BADGE_WINDOW);

	window_hold(window);
	fake_has_children = false;
	window_orphan(BADGE_WINDOW);
	assert_int_equal(fake_objects, 1);
	window_let_go(window);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_window_ends_with_its_last_capability, fresh, nothing_left),
	    cmocka_unit_test_setup_teardown(a_window_whose_answer_found_nobody_ends_at_the_next_sweep, fresh, nothing_left),
	    cmocka_unit_test_setup_teardown(sweeping_leaves_windows_that_somebody_has, fresh, nothing_left),
	    cmocka_unit_test_setup_teardown(a_window_in_use_outlives_its_client, fresh, nothing_left),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
