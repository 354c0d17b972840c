/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <limits.h>
#include <stdio.h>

#include "trona/format.h"

/* Every conversion must give what the host's printf gives. */
#define SAME(...) \
	do { \
		char ours[128], theirs[128]; \
		size_t length = format_text(ours, sizeof(ours), __VA_ARGS__); \
		assert_int_equal(length, snprintf(theirs, sizeof(theirs), __VA_ARGS__)); \
		assert_string_equal(ours, theirs); \
	} while (0)

static void format_numbers_are_as_printf_prints_them(void **state)
{
	SAME("%d %d %d", 0, INT_MAX, INT_MIN);
	SAME("%ld %lld %zu", LONG_MIN, LLONG_MAX, (size_t)12345);
	SAME("%u %lu %x %X %o", UINT_MAX, ULONG_MAX, 0xbeefu, 0xBEEFu, 0755u);
	SAME("[%5d] [%-5d] [%05d] [%5d] [%05d]", 42, 42, 42, -42, -42);
	SAME("[%08x] [%16lx] [%.4d] [%8.3u] [%-8.3u]", 0xabu, 0x123456789aul, 7, 5u, 5u);
	SAME("%hhd %hd %hhu", 300, 70000, 300);
	SAME("[%*d] [%-*d]", 6, 1, 6, 1);
}

static void format_texts_are_as_printf_prints_them(void **state)
{
	SAME("%s|%10s|%-10s|%.2s|%.*s|%c|%%", "abc", "abc", "abc", "abc", 1, "abc", 'x');
	SAME("%3c|%-3c|", 'a', 'b');
	SAME("%s", "");
}

static void format_cuts_and_tells_the_whole_length(void **state)
{
	char small[4];

	assert_int_equal(format_text(small, sizeof(small), "%d", 123456), 6);
	assert_string_equal(small, "123");
	assert_int_equal(format_text(nullptr, 0, "hello"), 5);
}

static void format_survives_null_and_unfinished_conversions(void **state)
{
	char text[32];
	const char *volatile none = nullptr;
	const char *volatile unfinished = "a%";

	format_text(text, sizeof(text), "%s", none);
	assert_string_equal(text, "(null)");
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-security"
	assert_int_equal(format_text(text, sizeof(text), unfinished), 1);
#pragma clang diagnostic pop
	assert_string_equal(text, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(format_numbers_are_as_printf_prints_them),
	    cmocka_unit_test(format_texts_are_as_printf_prints_them),
	    cmocka_unit_test(format_cuts_and_tells_the_whole_length),
	    cmocka_unit_test(format_survives_null_and_unfinished_conversions),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
