/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_libc.h"

#include <pwd.h>

#define fopen open_text
#define fgetpwent basalt_fgetpwent
#define getpwent basalt_getpwent
#define setpwent basalt_setpwent
#define endpwent basalt_endpwent
#define getpwnam basalt_getpwnam
#define getpwuid basalt_getpwuid
#define getpwnam_r basalt_getpwnam_r
#define getpwuid_r basalt_getpwuid_r
#include "passwd.c"

static const char good[] = "# people\nroot:x:0:0:Super:/root:/bin/bash\n\nuser:x:1000:100:A User:/home/user:/bin/sh\n";

static int setup(void **state)
{
	file_text = good;
	errno = 0;
	return 0;
}

static void a_user_is_found_by_name(void **state)
{
	const struct passwd *user = getpwnam("user");

	assert_non_null(user);
	assert_string_equal(user->pw_name, "user");
	assert_int_equal(user->pw_uid, 1000);
	assert_int_equal(user->pw_gid, 100);
	assert_string_equal(user->pw_gecos, "A User");
	assert_string_equal(user->pw_dir, "/home/user");
	assert_string_equal(user->pw_shell, "/bin/sh");
}

static void a_user_is_found_by_number(void **state)
{
	assert_string_equal(getpwuid(0)->pw_name, "root");
	assert_string_equal(getpwuid(1000)->pw_name, "user");
}

static void who_is_not_there_is_no_error(void **state)
{
	assert_null(getpwnam("nobody"));
	assert_int_equal(errno, 0);
	assert_null(getpwnam(""));
	assert_null(getpwuid(7));
}

static void a_missing_file_says_so(void **state)
{
	file_text = NULL;
	assert_null(getpwnam("root"));
	assert_int_equal(errno, ENOENT);
	assert_null(getpwent());
}

static void the_list_has_everybody_and_begins_again(void **state)
{
	for (int i = 0; i < 2; i++) {
		setpwent();
		assert_string_equal(getpwent()->pw_name, "root");
		assert_string_equal(getpwent()->pw_name, "user");
		assert_null(getpwent());
	}
	endpwent();
}

/* What is damaged must not make a superuser. */
static void numbers_that_are_none_are_nobody(void **state)
{
	static const char *const bad[] = {"", "x", "0x0", "-0", " 0", "+0", "1000x", "4294967295", "4294967296", "18446744073709551616"};
	char text[128];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "evil:x:%s:100::/:/bin/sh\n", bad[i]);
		file_text = text;
		assert_null(getpwnam("evil"));
		snprintf(text, sizeof text, "evil:x:100:%s::/:/bin/sh\n", bad[i]);
		assert_null(getpwnam("evil"));
	}
}

static void the_largest_number_is_one_less_than_none(void **state)
{
	file_text = "last:x:4294967294:0::/:\n";
	assert_int_equal(getpwnam("last")->pw_uid, 4294967294u);
}

static void short_lines_are_passed_over(void **state)
{
	file_text = "a\n:x:0:0::/:/bin/sh\nb:x:0:0\n:::::::\nuser:x:5:5::/:\n";
	assert_null(getpwnam("a"));
	assert_null(getpwnam("b"));
	assert_null(getpwnam(""));
	assert_int_equal(getpwnam("user")->pw_uid, 5);
	assert_string_equal(getpwnam("user")->pw_shell, "");
}

static void the_last_line_needs_no_end(void **state)
{
	file_text = "user:x:5:5::/:/bin/sh";
	assert_string_equal(getpwnam("user")->pw_shell, "/bin/sh");
}

static void a_small_buffer_is_too_small(void **state)
{
	struct passwd user, *found = &user;
	char buffer[20];

	assert_int_equal(getpwnam_r("user", &user, buffer, sizeof buffer, &found), ERANGE);
	assert_null(found);
	assert_int_equal(getpwuid_r(1000, &user, buffer, sizeof buffer, &found), ERANGE);
}

static void the_callers_buffer_holds_the_texts(void **state)
{
	struct passwd user, *found;
	char buffer[200];

	assert_int_equal(getpwnam_r("user", &user, buffer, sizeof buffer, &found), 0);
	assert_ptr_equal(found, &user);
	assert_true(user.pw_shell > buffer && user.pw_shell < buffer + sizeof buffer);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
	    CASE(a_user_is_found_by_name),
	    CASE(a_user_is_found_by_number),
	    CASE(who_is_not_there_is_no_error),
	    CASE(a_missing_file_says_so),
	    CASE(the_list_has_everybody_and_begins_again),
	    CASE(numbers_that_are_none_are_nobody),
	    CASE(the_largest_number_is_one_less_than_none),
	    CASE(short_lines_are_passed_over),
	    CASE(the_last_line_needs_no_end),
	    CASE(a_small_buffer_is_too_small),
	    CASE(the_callers_buffer_holds_the_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
