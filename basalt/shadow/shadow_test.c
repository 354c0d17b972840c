/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_libc.h"

#include <shadow.h>

#define fopen open_text
#define fgetspent basalt_fgetspent
#define getspent basalt_getspent
#define setspent basalt_setspent
#define endspent basalt_endspent
#define getspnam basalt_getspnam
#define getspnam_r basalt_getspnam_r
#define putspent basalt_putspent
#include "shadow.c"

static int setup(void **state)
{
	file_text = "root::20000:0:99999:7:::\nuser:$6$salt$hash:20000::::::\nshort:x:1\nlong:x:1:2:3:4:5:6:7:8\n";
	errno = 0;
	return 0;
}

static void numbers_that_are_not_there_are_minus_one(void **state)
{
	const struct spwd *user = getspnam("user");

	assert_string_equal(user->sp_pwdp, "$6$salt$hash");
	assert_int_equal(user->sp_lstchg, 20000);
	assert_int_equal(user->sp_min, -1);
	assert_int_equal(user->sp_expire, -1);
}

static void an_empty_password_is_empty(void **state)
{
	assert_string_equal(getspnam("root")->sp_pwdp, "");
	assert_int_equal(getspnam("root")->sp_max, 99999);
}

static void lines_of_another_length_are_nobody(void **state)
{
	assert_null(getspnam("short"));
	assert_null(getspnam("long"));
	assert_null(getspnam(""));
}

static void a_file_that_may_not_be_read_says_so(void **state)
{
	file_text = NULL;
	assert_null(getspnam("root"));
	assert_int_equal(errno, ENOENT);
}

static void a_small_buffer_is_too_small(void **state)
{
	struct spwd user, *found;
	char buffer[24];

	assert_int_equal(getspnam_r("user", &user, buffer, sizeof buffer, &found), ERANGE);
	assert_null(found);
}

static void what_is_written_is_read_again(void **state)
{
	static char text[256];
	FILE *file = fmemopen(text, sizeof text, "w");

	assert_int_equal(putspent(getspnam("user"), file), 0);
	fclose(file);
	assert_string_equal(text, "user:$6$salt$hash:20000::::::\n");
	file_text = text;
	assert_int_equal(getspnam("user")->sp_lstchg, 20000);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
	    CASE(numbers_that_are_not_there_are_minus_one),
	    CASE(an_empty_password_is_empty),
	    CASE(lines_of_another_length_are_nobody),
	    CASE(a_file_that_may_not_be_read_says_so),
	    CASE(a_small_buffer_is_too_small),
	    CASE(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
