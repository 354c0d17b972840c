/* SPDX-License-Identifier: BSD-2-Clause */
/* The deadline heap against a plain array, with random insertions and removals. */
#include "check.h"

#include "core/deadline.h"
#include "core/scheduler.h"

#define NODES 300

static struct deadline nodes[NODES];
static kn_time armed;

void scheduler_arm(struct cpu *cpu, kn_time deadline)
{
	(void)cpu;
	armed = deadline;
}

static kn_time earliest(void)
{
	kn_time first = KN_TIME_FOREVER;

	for (unsigned i = 0; i < NODES; i++) {
		if (nodes[i].kind != DEADLINE_NONE && nodes[i].when < first)
			first = nodes[i].when;
	}
	return first;
}

static void check_first(void)
{
	struct deadline *first = deadline_first();

	assert_int_equal(first ? first->when : KN_TIME_FOREVER, earliest());
}

static int rank(const struct deadline *node)
{
	return node ? node->rank : -1;
}

/* No way down to the right is longer than the logarithm of what there is, so no operation is. */
static unsigned count_leaning_left(const struct deadline *node, const struct deadline *parent)
{
	if (!node)
		return 0;
	assert_ptr_equal(node->parent, parent);
	assert_true(!parent || !deadline_is_before(node, parent));
	assert_true(rank(node->left) >= rank(node->right));
	assert_int_equal(node->rank, rank(node->right) + 1);
	return 1 + count_leaning_left(node->left, node) + count_leaning_left(node->right, node);
}

static void empty_all(void)
{
	while (deadline_first())
		deadline_remove(deadline_first());
}

static void first_is_always_the_earliest(void **state)
{
	(void)state;
	srand(1);
	for (unsigned round = 0; round < 20000; round++) {
		struct deadline *node = &nodes[rand() % NODES];

		if (node->kind == DEADLINE_NONE)
			deadline_insert(node, DEADLINE_WAIT, (kn_time)rand() % 1000);
		else
			deadline_remove(node);
		check_first();
	}
	empty_all();
}

static void the_heap_leans_left_whatever_is_removed(void **state)
{
	unsigned count = 0;

	(void)state;
	srand(2);
	for (unsigned round = 0; round < 5000; round++) {
		struct deadline *node = &nodes[rand() % NODES];

		if (node->kind == DEADLINE_NONE) {
			deadline_insert(node, DEADLINE_WAIT, (kn_time)rand() % 100);
			count++;
		} else {
			deadline_remove(node);
			assert_true(!node->left && !node->right && !node->parent && node->rank == 0);
			count--;
		}
		assert_int_equal(count_leaning_left(deadline_first(), nullptr), count);

		unsigned walked = 0;

		for (struct deadline *next = deadline_first(); next; next = heap_next(next))
			walked++;
		assert_int_equal(walked, count);
	}
	empty_all();
}

static void taking_the_first_sorts(void **state)
{
	kn_time last = 0;

	(void)state;
	for (unsigned i = 0; i < NODES; i++)
		deadline_insert(&nodes[i], DEADLINE_TIMER, (kn_time)(i * 7919) % 1009);
	for (unsigned i = 0; i < NODES; i++) {
		struct deadline *first = deadline_first();

		assert_true(first->when >= last);
		last = first->when;
		deadline_remove(first);
	}
	assert_null(deadline_first());
}

static void removing_what_is_not_queued_is_harmless(void **state)
{
	struct deadline lonely = {};

	(void)state;
	deadline_remove(&lonely);
	deadline_insert(&lonely, DEADLINE_WAIT, 5);
	deadline_remove(&lonely);
	deadline_remove(&lonely);
	assert_null(deadline_first());
}

static void only_a_new_earliest_arms_the_timer(void **state)
{
	(void)state;
	armed = 0;
	deadline_insert(&nodes[0], DEADLINE_WAIT, 100);
	assert_int_equal(armed, 100);
	deadline_insert(&nodes[1], DEADLINE_WAIT, 200);
	assert_int_equal(armed, 100);
	deadline_insert(&nodes[2], DEADLINE_WAIT, 50);
	assert_int_equal(armed, 50);
	empty_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_is_always_the_earliest),
	    cmocka_unit_test(the_heap_leans_left_whatever_is_removed),
	    cmocka_unit_test(taking_the_first_sorts),
	    cmocka_unit_test(removing_what_is_not_queued_is_harmless),
	    cmocka_unit_test(only_a_new_earliest_arms_the_timer),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
