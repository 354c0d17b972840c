/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of the command line. */
#include "check.h"

#include "core/command_line.h"

static void whole_words_are_found(void **state)
{
	(void)state;
	command_line_set("  BOOT_IMAGE=/x panic=exit  trace=on");
	assert_true(command_line_has("panic=exit"));
	assert_true(command_line_has("trace=on"));
	assert_true(command_line_has("BOOT_IMAGE=/x"));
}

static void parts_of_words_are_not(void **state)
{
	(void)state;
	command_line_set("panic=exits xtrace=on trace=onn");
	assert_false(command_line_has("panic=exit"));
	assert_false(command_line_has("trace=on"));
	assert_false(command_line_has("panic"));
}

static void empty_line_has_nothing(void **state)
{
	(void)state;
	command_line_set("");
	assert_false(command_line_has("panic=exit"));
	command_line_set("   ");
	assert_false(command_line_has("panic=exit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_words_are_found),
	    cmocka_unit_test(parts_of_words_are_not),
	    cmocka_unit_test(empty_line_has_nothing),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
