/* SPDX-License-Identifier: BSD-2-Clause */
/* Small functions on texts: strsep, basename, mount options. */
#include "host_libc.h"

#include <libgen.h>
#include <mntent.h>

#undef basename
#define strsep basalt_strsep
#define __xpg_basename basalt_basename
#define setmntent basalt_setmntent
#define getmntent basalt_getmntent
#define endmntent basalt_endmntent
#define hasmntopt basalt_hasmntopt
#include "../libgen/basename.c"
#include "../mntent/mntent.c"
#include "strsep.c"

static void fields_may_be_empty(void **state)
{
	char text[] = "a::b:", *at = text;

	assert_string_equal(strsep(&at, ":"), "a");
	assert_string_equal(strsep(&at, ":"), "");
	assert_string_equal(strsep(&at, ":"), "b");
	assert_string_equal(strsep(&at, ":"), "");
	assert_null(at);
	assert_null(strsep(&at, ":"));
}

static void any_separator_ends_a_field(void **state)
{
	char text[] = "a b,c", *at = text;

	assert_string_equal(strsep(&at, ", "), "a");
	assert_string_equal(strsep(&at, ", "), "b");
	assert_string_equal(strsep(&at, ", "), "c");
	assert_null(at);
}

static void an_empty_text_is_one_field(void **state)
{
	char text[] = "", *at = text;

	assert_string_equal(strsep(&at, ":"), "");
	assert_null(strsep(&at, ":"));
}

static void the_name_is_what_follows_the_last_slash(void **state)
{
	static const char *const cases[][2] = {{"/usr/lib", "lib"}, {"usr", "usr"}, {"/", "/"}, {"//", "/"}, {"/usr/", "usr"},
	    {"/usr///", "usr"}, {".", "."}, {"..", ".."}, {"a/b/c", "c"}, {"", "."}};
	char text[32];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		strcpy(text, cases[i][0]);
		assert_string_equal(basalt_basename(text), cases[i][1]);
	}
	assert_string_equal(basalt_basename(NULL), ".");
}

static void mounts_are_read_line_by_line(void **state)
{
	char text[] = "# none\nramfs / ramfs rw 0 0\nbroken line\ndevfs /dev devfs ro,noexec 0 0";
	FILE *file = fmemopen(text, strlen(text), "r");

	assert_string_equal(getmntent(file)->mnt_dir, "/");
	const struct mntent *entry = getmntent(file);
	assert_string_equal(entry->mnt_dir, "/dev");
	assert_string_equal(entry->mnt_opts, "ro,noexec");
	assert_null(getmntent(file));
	assert_int_equal(endmntent(file), 1);
	assert_int_equal(endmntent(NULL), 1);
}

static void an_option_is_a_whole_word(void **state)
{
	char options[] = "rw,errors=remount-ro,noexec,size=4";
	const struct mntent entry = {.mnt_opts = options};

	assert_ptr_equal(hasmntopt(&entry, "rw"), options);
	assert_null(hasmntopt(&entry, "ro"));
	assert_null(hasmntopt(&entry, "exec"));
	assert_ptr_equal(hasmntopt(&entry, "noexec"), strstr(options, "noexec"));
	assert_ptr_equal(hasmntopt(&entry, "size"), strstr(options, "size"));
	assert_null(hasmntopt(&entry, "siz"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_may_be_empty),
	    cmocka_unit_test(any_separator_ends_a_field),
	    cmocka_unit_test(an_empty_text_is_one_field),
	    cmocka_unit_test(the_name_is_what_follows_the_last_slash),
	    cmocka_unit_test(mounts_are_read_line_by_line),
	    cmocka_unit_test(an_option_is_a_whole_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
