/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_libc.h"

#include <grp.h>

#define fopen open_text
#define getgrent basalt_getgrent
#define setgrent basalt_setgrent
#define endgrent basalt_endgrent
#define getgrnam basalt_getgrnam
#define getgrgid basalt_getgrgid
#define getgrnam_r basalt_getgrnam_r
#define getgrgid_r basalt_getgrgid_r
#define getgrouplist basalt_getgrouplist
#define initgroups basalt_initgroups
#define setgroups fake_setgroups

static gid_t set_to[32];
static size_t set_count;

static int fake_setgroups(size_t count, const gid_t *groups)
{
	set_count = count;
	memcpy(set_to, groups, count * sizeof *groups);
	return 0;
}

#include "group.c"

static const char good[] = "root:x:0:\n# no group\nusers:x:100:user,guest\naudio:x:29:user\nempty:x:30:\n";

static int setup(void **state)
{
	file_text = good;
	errno = 0;
	return 0;
}

static void a_group_has_its_members(void **state)
{
	const struct group *group = getgrnam("users");

	assert_int_equal(group->gr_gid, 100);
	assert_string_equal(group->gr_mem[0], "user");
	assert_string_equal(group->gr_mem[1], "guest");
	assert_null(group->gr_mem[2]);
	assert_null(getgrnam("empty")->gr_mem[0]);
}

static void a_group_is_found_by_number(void **state)
{
	assert_string_equal(getgrgid(29)->gr_name, "audio");
	assert_null(getgrgid(31));
	assert_int_equal(errno, 0);
}

static void numbers_that_are_none_are_no_group(void **state)
{
	static const char *const bad[] = {"", "x", "-1", "0x", "4294967296", "29 "};
	char text[64];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "evil:x:%s:user\n", bad[i]);
		file_text = text;
		assert_null(getgrnam("evil"));
	}
}

static void short_lines_are_passed_over(void **state)
{
	file_text = "a:x:0\n\n::0:\nb:x:7:\n";
	assert_null(getgrnam("a"));
	assert_null(getgrnam(""));
	assert_int_equal(getgrnam("b")->gr_gid, 7);
}

/* The rest of a line that is too long is no group of its own. */
static void a_long_line_hides_nothing_behind_it(void **state)
{
	char text[3000];
	struct group group, *found;
	char buffer[64];

	memset(text, 'm', sizeof text);
	memcpy(text, "many:x:5:", 9);
	strcpy(text + 1023, "root:x:0:me\nlast:x:6:\n");
	file_text = text;
	setgrent();
	assert_string_equal(getgrent()->gr_name, "last");
	assert_null(getgrent());
	endgrent();
	assert_int_equal(getgrnam_r("last", &group, buffer, sizeof buffer, &found), ERANGE);
	assert_null(found);
}

static void a_small_buffer_has_no_room_for_the_list(void **state)
{
	struct group group, *found;
	char buffer[40];

	assert_int_equal(getgrnam_r("users", &group, buffer, sizeof buffer, &found), ERANGE);
	assert_null(found);
}

static void a_users_groups_begin_with_his_own(void **state)
{
	gid_t groups[8];
	int count = 8;

	assert_int_equal(getgrouplist("user", 29, groups, &count), 2);
	assert_int_equal(groups[0], 29);
	assert_int_equal(groups[1], 100);
	assert_int_equal(count, 2);
}

static void a_small_list_tells_how_many_there_are(void **state)
{
	gid_t groups[1] = {77};
	int count = 1;

	assert_int_equal(getgrouplist("user", 5, groups, &count), -1);
	assert_int_equal(count, 3);
	assert_int_equal(groups[0], 5);
	count = 0;
	assert_int_equal(getgrouplist("user", 5, groups, &count), -1);
}

static void initgroups_sets_them(void **state)
{
	assert_int_equal(initgroups("user", 5), 0);
	assert_int_equal(set_count, 3);
	assert_int_equal(set_to[0], 5);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
	    CASE(a_group_has_its_members),
	    CASE(a_group_is_found_by_number),
	    CASE(numbers_that_are_none_are_no_group),
	    CASE(short_lines_are_passed_over),
	    CASE(a_long_line_hides_nothing_behind_it),
	    CASE(a_small_buffer_has_no_room_for_the_list),
	    CASE(a_users_groups_begin_with_his_own),
	    CASE(a_small_list_tells_how_many_there_are),
	    CASE(initgroups_sets_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
