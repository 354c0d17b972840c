/* SPDX-License-Identifier: BSD-2-Clause */
/* In a folder of the host's. */
#include "host_libc.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pwd.h>
#include <sys/stat.h>

#undef glob
#undef globfree
#define glob basalt_glob
#define globfree basalt_globfree
#include "glob.c"

static char folder[] = "/tmp/glob_test_XXXXXX";
static int home_folder;

static void make(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static int setup(void **state)
{
	home_folder = open(".", O_RDONLY | O_DIRECTORY);
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	make("a.c");
	make("b.c");
	make("b.h");
	make(".hidden");
	make("*");
	(void)!mkdir("sub", 0755);
	(void)!mkdir("sub/deep", 0755);
	make("sub/x.c");
	make("sub/deep/y.c");
	return symlink("sub", "link") | symlink("nothing", "dangling");
}

static int remove_it(const char *path, const struct stat *stat, int flag, struct FTW *where)
{
	return remove(path);
}

static int teardown(void **state)
{
	return fchdir(home_folder) | nftw(folder, remove_it, 8, FTW_DEPTH | FTW_PHYS);
}

/* The names found, one blank between them. */
static const char *names(const char *pattern, int flags)
{
	static char text[1024];
	glob_t found = {};
	int status = glob(pattern, flags, NULL, &found);

	*text = 0;
	if (status != 0)
		return status == GLOB_NOMATCH ? "none" : "error";
	assert_null(found.gl_pathv[found.gl_offs + found.gl_pathc]);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		strcat(text, i ? " " : "");
		strcat(text, found.gl_pathv[found.gl_offs + i]);
	}
	globfree(&found);
	return text;
}

static void names_come_in_order(void **state)
{
	assert_string_equal(names("*.c", 0), "a.c b.c");
	assert_string_equal(names("[ab].?", 0), "a.c b.c b.h");
	assert_string_equal(names("b.[!c]", 0), "b.h");
}

static void hidden_names_are_asked_for(void **state)
{
	assert_string_equal(names("?hidden", 0), "none");
	assert_string_equal(names(".h*", 0), ".hidden");
	assert_string_equal(names("?hidden", GLOB_PERIOD), ".hidden");
}

static void patterns_go_through_folders(void **state)
{
	assert_string_equal(names("*/*.c", 0), "link/x.c sub/x.c");
	assert_string_equal(names("sub/*/*.c", 0), "sub/deep/y.c");
	assert_string_equal(names("*//x.c", 0), "link//x.c sub//x.c");
	assert_string_equal(names("a.c/*", 0), "none");
}

static void nothing_found_is_told_or_the_pattern(void **state)
{
	assert_string_equal(names("*.z", 0), "none");
	assert_string_equal(names("*.z", GLOB_NOCHECK), "*.z");
	assert_string_equal(names("zz", GLOB_NOMAGIC), "zz");
	assert_string_equal(names("*.z", GLOB_NOMAGIC), "none");
	assert_string_equal(names("", 0), "none");
}

static void folders_are_marked(void **state)
{
	assert_string_equal(names("s*", GLOB_MARK), "sub/");
	assert_string_equal(names("link", GLOB_MARK), "link/");
	assert_string_equal(names("[as]*", GLOB_MARK), "a.c sub/");
	assert_string_equal(names("[als]*", GLOB_ONLYDIR), "link sub");
}

static void a_link_to_nothing_is_a_name(void **state)
{
	assert_string_equal(names("dang*", 0), "dangling");
	assert_string_equal(names("dangling", 0), "dangling");
	assert_string_equal(names("dang*", GLOB_MARK), "dangling");
}

static void a_backslash_takes_the_meaning(void **state)
{
	assert_string_equal(names("\\*", 0), "*");
	assert_string_equal(names("a\\.c", 0), "a.c");
	assert_string_equal(names("a\\.c", GLOB_NOESCAPE), "none");
}

static void results_are_appended_behind_free_places(void **state)
{
	glob_t found = {.gl_offs = 2};

	assert_int_equal(glob("*.h", GLOB_DOOFFS, NULL, &found), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(glob("*.c", GLOB_DOOFFS | GLOB_APPEND, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 41);
	assert_null(found.gl_pathv[0]);
	assert_null(found.gl_pathv[1]);
	assert_string_equal(found.gl_pathv[2], "b.h");
	assert_string_equal(found.gl_pathv[42], "b.c");
	assert_null(found.gl_pathv[43]);
	globfree(&found);
	assert_int_equal(found.gl_pathc, 0);
}

static void appending_to_nothing_is_beginning(void **state)
{
	glob_t found = {};

	assert_int_equal(glob("*.z", 0, NULL, &found), GLOB_NOMATCH);
	assert_int_equal(glob("*.c", GLOB_APPEND, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 2);
	globfree(&found);
}

static void a_tilde_is_home(void **state)
{
	setenv("HOME", folder, 1);
	char expected[64];
	snprintf(expected, sizeof expected, "%s/a.c", folder);
	assert_string_equal(names("~/a.c", GLOB_TILDE), expected);
	assert_string_equal(names("~nobody-at-all/a.c", GLOB_TILDE_CHECK), "none");
	assert_string_equal(names("~/a.c", 0), "none");
}

static void long_patterns_find_nothing(void **state)
{
	static char text[3 * PATH_MAX];

	memset(text, 'x', sizeof text - 1);
	assert_string_equal(names(text, 0), "none");
	memset(text, '/', sizeof text - 1);
	assert_string_equal(names(text, 0), "none");
	for (size_t i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "./", 2);
	text[sizeof text - 2] = '*';
	assert_string_equal(names(text, 0), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_come_in_order),
	    cmocka_unit_test(hidden_names_are_asked_for),
	    cmocka_unit_test(patterns_go_through_folders),
	    cmocka_unit_test(nothing_found_is_told_or_the_pattern),
	    cmocka_unit_test(folders_are_marked),
	    cmocka_unit_test(a_link_to_nothing_is_a_name),
	    cmocka_unit_test(a_backslash_takes_the_meaning),
	    cmocka_unit_test(results_are_appended_behind_free_places),
	    cmocka_unit_test(appending_to_nothing_is_beginning),
	    cmocka_unit_test(a_tilde_is_home),
	    cmocka_unit_test(long_patterns_find_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
