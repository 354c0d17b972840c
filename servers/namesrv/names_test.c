/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "fake_heap.h"

#include <stdio.h>

#include "names.h"
#include "policy.h"
#include "uapi/error.h"

static void names_are_kept_in_order(void **state)
{
	struct name *name;
	char text[16];

	for (int i = 0; i < 500; i++) {
		snprintf(text, sizeof(text), "n%d", i * 37 % 500);
		assert_int_equal(names_get(text, &name), KN_OK);
		assert_string_equal(name->text, text);
		assert_ptr_equal(names_find(text), name);
	}
	int seen = 0;
	const char *last = "";

	for (name = names_behind(""); name != nullptr; name = names_behind(last)) {
		assert_true(strcmp(name->text, last) > 0);
		last = name->text;
		seen++;
	}
	assert_int_equal(seen, 500);
	while ((name = names_behind("")) != nullptr)
		names_drop(name);
	assert_null(names_find("n1"));
	/* Only the array is left. */
	assert_int_equal(fake_heap_blocks, 1);
}

static void names_that_are_used_are_not_dropped(void **state)
{
	struct name *name;
	struct waiter waiter;

	assert_int_equal(names_get("a", &name), KN_OK);
	name->endpoint = 5;
	names_drop(name);
	assert_ptr_equal(names_find("a"), name);
	name->endpoint = KN_CAP_NONE;
	list_append(&name->waiters, &waiter.link);
	names_drop(name);
	assert_ptr_equal(names_find("a"), name);
	list_remove(&waiter.link);
	names_drop(name);
	assert_null(names_find("a"));
}

static void names_with_bad_bytes_or_lengths_are_refused(void **state)
{
	char text[NAMESRV_NAME_MAX + 1], longest[NAMESRV_NAME_MAX + 1];

	memset(longest, 'x', sizeof(longest));
	assert_int_equal(names_check("", 0, text), KN_E_INVALID_ARG);
	assert_int_equal(names_check("a b", 3, text), KN_E_INVALID_ARG);
	assert_int_equal(names_check("a\0b", 3, text), KN_E_INVALID_ARG);
	assert_int_equal(names_check("\xff", 1, text), KN_E_INVALID_ARG);
	assert_int_equal(names_check(longest, NAMESRV_NAME_MAX, text), KN_OK);
	assert_int_equal(strlen(text), NAMESRV_NAME_MAX);
	assert_int_equal(names_check(longest, NAMESRV_NAME_MAX + 1, text), KN_E_NAME_TOO_LONG);
}

static void names_leak_nothing_when_memory_runs_out(void **state)
{
	for (long n = 0;; n++) {
		struct name *name;
		long blocks = fake_heap_blocks;

		fake_heap_budget = n;
		kn_status status = names_get("new", &name);

		fake_heap_budget = -1;
		if (status == KN_OK) {
			names_drop(name);
			break;
		}
		assert_int_equal(status, KN_E_NO_MEMORY);
		assert_in_range(fake_heap_blocks - blocks, 0, 1); /* the array may have grown */
		assert_null(names_find("new"));
	}
}

static void too_many_names_are_refused(void **state)
{
	struct name *name;
	char text[16];
	kn_status status = KN_OK;
	int count = 0;

	for (; status == KN_OK; count++) {
		snprintf(text, sizeof(text), "%d", count);
		status = names_get(text, &name);
	}
	assert_int_equal(status, KN_E_QUOTA);
	assert_int_equal(count, 4097);
	while ((name = names_behind("")) != nullptr)
		names_drop(name);
}

static void policy_allows_only_what_a_rule_says(void **state)
{
	assert_false(policy_allows(POLICY_LOOKUP, "clock", "vfs"));
	assert_int_equal(policy_add(POLICY_PUBLISH, "net.*:netsrv"), KN_OK);
	assert_int_equal(policy_add(POLICY_LOOKUP, "net.*:*"), KN_OK);
	assert_int_equal(policy_add(POLICY_LOOKUP, "clock:process"), KN_OK);
	assert_true(policy_allows(POLICY_PUBLISH, "net.tcp", "netsrv"));
	assert_true(policy_allows(POLICY_PUBLISH, "net.", "netsrv"));
	assert_false(policy_allows(POLICY_PUBLISH, "net", "netsrv"));
	assert_false(policy_allows(POLICY_PUBLISH, "net.tcp", "vfs"));
	assert_false(policy_allows(POLICY_PUBLISH, "net.tcp", ""));
	assert_true(policy_allows(POLICY_LOOKUP, "net.tcp", "process"));
	assert_true(policy_allows(POLICY_LOOKUP, "clock", "process"));
	assert_false(policy_allows(POLICY_LOOKUP, "clock", "vfs"));
	assert_false(policy_allows(POLICY_LOOKUP, "clocks", "process"));
	assert_false(policy_allows(POLICY_LOOKUP, "cloc", "process"));
}

static void malformed_rules_are_refused(void **state)
{
	assert_int_equal(policy_add(POLICY_LOOKUP, ""), KN_E_INVALID_ARG);
	assert_int_equal(policy_add(POLICY_LOOKUP, "name"), KN_E_INVALID_ARG);
	assert_int_equal(policy_add(POLICY_LOOKUP, ":who"), KN_E_INVALID_ARG);
	assert_int_equal(policy_add(POLICY_LOOKUP, "name:"), KN_E_INVALID_ARG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_kept_in_order),
	    cmocka_unit_test(names_that_are_used_are_not_dropped),
	    cmocka_unit_test(names_with_bad_bytes_or_lengths_are_refused),
	    cmocka_unit_test(names_leak_nothing_when_memory_runs_out),
	    cmocka_unit_test(too_many_names_are_refused),
	    cmocka_unit_test(policy_allows_only_what_a_rule_says),
	    cmocka_unit_test(malformed_rules_are_refused),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
