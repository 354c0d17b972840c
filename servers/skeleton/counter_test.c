/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "fake_heap.h"

#include "counter.h"
#include "uapi/error.h"

static void counters_are_kept_by_client(void **state)
{
	uint64_t sum;

	assert_int_equal(counter_add(1, 5, &sum), KN_OK);
	assert_int_equal(counter_add(2, 7, &sum), KN_OK);
	assert_int_equal(counter_add(1, 5, &sum), KN_OK);
	assert_int_equal(sum, 10);
	counter_forget(1);
	assert_int_equal(counter_add(1, 1, &sum), KN_OK);
	assert_int_equal(sum, 1);
	counter_forget(1);
	counter_forget(2);
	counter_forget(3);
}

static void counters_do_not_overflow(void **state)
{
	uint64_t sum = 0;

	assert_int_equal(counter_add(1, UINT64_MAX, &sum), KN_OK);
	assert_int_equal(counter_add(1, 1, &sum), KN_E_OVERFLOW);
	assert_int_equal(sum, UINT64_MAX);
	counter_forget(1);
}

static void nothing_leaks_wherever_memory_runs_out(void **state)
{
	kn_status status = KN_E_NO_MEMORY;
	uint64_t sum;

	for (long n = 0; status != KN_OK; n++) {
		long before = fake_heap_blocks;

		fake_heap_budget = n;
		status = counter_add(99, 1, &sum);
		fake_heap_budget = -1;
		if (status != KN_OK) {
			assert_int_equal(status, KN_E_NO_MEMORY);
			assert_int_equal(fake_heap_blocks, before);
		}
	}
	counter_forget(99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counters_are_kept_by_client),
	    cmocka_unit_test(counters_do_not_overflow),
	    cmocka_unit_test(nothing_leaks_wherever_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
