/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory has run out: who has to go, who tries again, who is refused. */
#include "life_fixture.h"
#include "pressure.h"

static int two_of_a_user(void **state)
{
	fake_reset();
	shell = fake_process(nullptr, 1000);
	child = fake_process(shell, 1000);
	return 0;
}

#define SOMEWHERE 0x20000

/* Told to try again? */
static bool miss_at(struct process *process, uint64_t address)
{
	return pressure_page_missing(process, &process->first, address);
}

static bool miss(struct process *process)
{
	return miss_at(process, SOMEWHERE);
}

static void uses(struct process *process, uint64_t pages)
{
	fake_pages[process->vspace % 256] = pages;
}

static void the_largest_of_the_largest_user_ends(void **state)
{
	struct process *big = fake_process(nullptr, 7), *small[3];

	uses(big, 1000);
	for (int i = 0; i < 3; i++) { /* together more than `big` */
		small[i] = fake_process(child, 1000);
		uses(small[i], 500 + (uint64_t)i);
	}
	assert_true(miss(big));
	assert_true(is_alive(big));
	assert_false(is_alive(small[2]));
	assert_true(is_alive(small[1]));
	assert_int_equal(fake_logged, 1);
}

/* Who has much in many small pieces is the cause all the same, not the one who asks. */
static void many_small_ones_are_the_cause_too(void **state)
{
	struct process *root = fake_process(nullptr, 0), *small[3];

	uses(root, 100);
	for (int i = 0; i < 3; i++) {
		small[i] = fake_process(child, 1000);
		uses(small[i], 50);
	}
	assert_true(miss(root));
	assert_true(is_alive(root));
	assert_false(is_alive(small[0]) && is_alive(small[1]) && is_alive(small[2]));
}

static void ones_own_limit_ends_oneself(void **state)
{
	uses(shell, 1000);
	child->limits[LIMIT_AS].current = 409600;
	fake_pages[0] = 10000;
	fake_available = 5000;
	assert_true(miss(child));
	assert_false(is_alive(child));
	assert_true(is_alive(shell));
}

/* Everybody who missed a page while the hog had all asks after its end: that is no reason to end the next largest. */
static void whoever_waited_for_a_hogs_end_tries_again(void **state)
{
	struct process *hog = fake_process(nullptr, 7), *root = fake_process(nullptr, 0);

	uses(hog, 5000);
	uses(root, 900);
	uses(shell, 300);
	fake_returned = 5000;
	assert_true(miss(child));
	assert_false(is_alive(hog));
	for (int i = 0; i < 100; i++) {
		assert_true(miss(i % 2 ? root : child));
		assert_true(is_alive(root) && is_alive(shell) && is_alive(child));
	}
	assert_int_equal(fake_logged, 1);
}

/* However it came back: the hog was killed, or it gave up its memory itself. */
static void what_came_back_by_itself_is_enough(void **state)
{
	struct process *root = fake_process(nullptr, 0);

	uses(root, 900);
	fake_available = 5;
	assert_true(miss(root));
	assert_true(is_alive(root));
	fake_available = 4; /* not even a fault's tables */
	assert_true(miss(child));
	assert_false(is_alive(root));
}

static void without_a_cause_the_asker_ends(void **state)
{
	assert_true(miss(child));
	assert_false(is_alive(child));
	assert_true(is_alive(shell));
}

/* Objects have an own limit: while processes have memory, nobody is ended for those. */
static void nobody_is_ended_for_shared_memory(void **state)
{
	struct process *root = fake_process(nullptr, 0);

	uses(root, 900);
	fake_available = 5000;
	fake_shared = 1000;
	fake_object_id = 7;
	assert_true(miss_at(child, 0x4000)); /* perhaps it missed something else, before */
	assert_false(miss_at(child, 0x4000));
	assert_true(miss_at(child, 0x8000));
	fake_shared = 900;
	assert_true(miss_at(child, 0x8000));
	fake_object_id = 0;
	fake_shared = 1000;
	for (int i = 0; i < 3; i++)
		assert_true(miss_at(child, 0x4000));
	assert_true(is_alive(root) && is_alive(child));
}

/* An object of another user, who is at his limit, of which we know nothing. */
static void a_page_that_never_comes_is_told(void **state)
{
	int tries = 0;

	fake_available = 5000;
	fake_object_id = 7;
	while (tries < 1000 && miss_at(child, 0x4000))
		tries++;
	assert_in_range(tries, 50, 200);
	assert_true(is_alive(child));
}

static kn_status forks(struct process *process)
{
	uint32_t pid;

	return m->fork(fake_call(process), 1, 2, 3, 1, &pid);
}

static void who_is_the_cause_is_refused(void **state)
{
	struct process *root = fake_process(nullptr, 0);

	uses(child, 1000);
	fake_budget = 0;
	assert_int_equal(forks(shell), KN_E_NO_MEMORY);
	assert_true(is_alive(child));
	assert_int_equal(forks(root), KN_E_NO_MEMORY);
	assert_false(is_alive(child));
}

/* What one of them gave back the others took: the next one, as long as there are more of them than of the caller's. */
static void a_call_goes_on_until_it_has_memory(void **state)
{
	struct process *root = fake_process(nullptr, 0), *hogs[4];

	for (int i = 0; i < 4; i++) {
		hogs[i] = fake_process(child, 1000);
		uses(hogs[i], 300);
	}
	uses(root, 400);
	fake_budget = 0;
	fake_mended_by = 2;
	assert_int_equal(forks(root), KN_OK);
	assert_int_equal(fake_logged, 2);
	fake_budget = 0;
	uses(hogs[0], 100); /* one of them lives, whoever it is */
	uses(hogs[1], 100);
	uses(hogs[2], 100);
	uses(hogs[3], 100);
	assert_int_equal(forks(root), KN_E_NO_MEMORY);
	assert_int_equal(fake_logged, 2);
}

/* What the kernel refused a process itself, a mapping say. */
static void a_process_says_that_it_was_refused(void **state)
{
	struct process *root = fake_process(nullptr, 0);

	uses(child, 1000);
	fake_available = 5000; /* it is there: the kernel did not ask */
	assert_int_equal(m->memory_refused(fake_call(child)), KN_OK);
	assert_true(is_alive(child));
	fake_available = 0;
	assert_int_equal(m->memory_refused(fake_call(child)), KN_E_NO_MEMORY);
	assert_int_equal(m->memory_refused(fake_call(shell)), KN_E_NO_MEMORY);
	assert_true(is_alive(child));
	assert_int_equal(m->memory_refused(fake_call(root)), KN_OK);
	assert_false(is_alive(child));
}

/* A program that is too large for anybody, a limit of one's own: nobody else is ended for that. */
static void what_memory_cannot_mend_ends_nobody(void **state)
{
	struct process *root = fake_process(nullptr, 0);

	uses(child, 1000);
	fake_available = 5000;
	fake_budget = 0;
	assert_int_equal(forks(root), KN_E_NO_MEMORY);
	fake_available = 0;
	root->limits[LIMIT_AS].current = 409600;
	fake_pages[0] = 10000;
	assert_int_equal(forks(root), KN_E_NO_MEMORY);
	assert_true(is_alive(child));
	assert_int_equal(fake_logged, 0);
}

/* Kernel objects are no pages, but they come back with processes, too. */
static void without_room_for_objects_a_hog_ends(void **state)
{
	struct process *root = fake_process(nullptr, 0);

	uses(child, 1000);
	fake_available = 5000;
	fake_objects_free = 4096;
	fake_budget = 0;
	assert_int_equal(forks(root), KN_E_NO_MEMORY);
	assert_false(is_alive(child));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, two_of_a_user, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(the_largest_of_the_largest_user_ends),
	    CASE(many_small_ones_are_the_cause_too),
	    CASE(ones_own_limit_ends_oneself),
	    CASE(whoever_waited_for_a_hogs_end_tries_again),
	    CASE(what_came_back_by_itself_is_enough),
	    CASE(without_a_cause_the_asker_ends),
	    CASE(nobody_is_ended_for_shared_memory),
	    CASE(a_process_says_that_it_was_refused),
	    CASE(a_page_that_never_comes_is_told),
	    CASE(who_is_the_cause_is_refused),
	    CASE(a_call_goes_on_until_it_has_memory),
	    CASE(what_memory_cannot_mend_ends_nobody),
	    CASE(without_room_for_objects_a_hog_ends),
	};
	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
