/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories, and scandir over them: a server with a few names, which packs some of them an answer, from its own position on. */
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_FD 5
#define FILE_FD 6

#define DIR struct __directory
#define opendir basalt_opendir
#define fdopendir basalt_fdopendir
#define closedir basalt_closedir
#define readdir basalt_readdir
#define readdir_r basalt_readdir_r
#define seekdir basalt_seekdir
#define rewinddir basalt_rewinddir
#define telldir basalt_telldir
#define dirfd basalt_dirfd
#define scandir basalt_scandir
#define alphasort basalt_alphasort
#define versionsort basalt_versionsort
#define open(...) fake_open(__VA_ARGS__)
#define close fake_close
#define fstat fake_fstat

struct __directory;
struct __directory *fdopendir(int fd);

static int is_open, closes, private_fd = -1;

static int fake_open(const char *path, int flags)
{
	if (strcmp(path, "/dir") != 0) {
		errno = ENOENT;
		return -1;
	}
	assert_int_equal(flags, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is_open++;
	return DIRECTORY_FD;
}

static int fake_close(int fd)
{
	assert_int_equal(fd, DIRECTORY_FD);
	closes++;
	return 0;
}

static int fake_fstat(int fd, struct stat *stat)
{
	if (fd != DIRECTORY_FD && fd != FILE_FD) {
		errno = EBADF;
		return -1;
	}
	*stat = (struct stat){.st_mode = fd == DIRECTORY_FD ? S_IFDIR : S_IFREG};
	return 0;
}

#include "directory.c"
#include "scandir.c"

/* ---- the server ---- */

static char longest[256];
static const char *const names[] = {".", "..", "b", "f10", "f9", "a", longest, "seven77"};
#define COUNT ((long)(sizeof names / sizeof names[0]))
static long position, per_answer, error_at;
static int error;

ssize_t sys_read_directory(int fd, void *entries, size_t size)
{
	char *at = entries;

	assert_int_equal(fd, DIRECTORY_FD);
	for (long n = 0; n < per_answer && position < COUNT; n++, position++) {
		struct packed *packed = (struct packed *)at;
		const size_t length = strlen(names[position]), whole = (offsetof(struct packed, name) + length + 7) & ~(size_t)7;

		if (position == error_at)
			return n == 0 ? error : at - (char *)entries;
		assert_true((size_t)(at - (char *)entries) + whole <= size);
		packed->inode = 100 + (uint64_t)position;
		packed->next = (uint64_t)position + 1;
		packed->type = position < 2 ? DT_DIR : DT_REG;
		packed->length = (uint8_t)length;
		memcpy(packed->name, names[position], length);
		at += whole;
	}
	return at - (char *)entries;
}

off_t sys_seek(int fd, off_t offset, int whence)
{
	assert_int_equal(whence, SEEK_SET);
	return position = offset;
}

int sys_fcntl(int fd, int request, long argument)
{
	if (request == F_SETFD && argument == FD_CLOEXEC)
		private_fd = fd;
	return 0;
}

/* ---- tests ---- */

static int setup(void **state)
{
	memset(longest, 'x', sizeof longest - 1);
	position = 0;
	per_answer = 3;
	error_at = -1;
	error = errno = is_open = closes = 0;
	return 0;
}

static void entries_come_in_their_order_from_any_packs(void **state)
{
	for (per_answer = 1; per_answer <= COUNT; per_answer++) {
		DIR *directory = opendir("/dir");

		position = 0;
		for (long i = 0; i < COUNT; i++) {
			const struct dirent *entry = readdir(directory);

			assert_string_equal(entry->d_name, names[i]);
			assert_int_equal(entry->d_ino, 100 + i);
			assert_int_equal(entry->d_off, i + 1);
			assert_int_equal(entry->d_type, i < 2 ? DT_DIR : DT_REG);
			assert_int_equal(telldir(directory), i + 1);
		}
		assert_null(readdir(directory));
		assert_null(readdir(directory));
		assert_int_equal(errno, 0);
		assert_int_equal(closedir(directory), 0);
	}
	assert_int_equal(closes, is_open);
}

static void one_goes_back_to_where_one_was(void **state)
{
	DIR *directory = opendir("/dir");

	for (int i = 0; i < 4; i++)
		assert_non_null(readdir(directory));
	long place = telldir(directory);
	assert_string_equal(readdir(directory)->d_name, "f9");
	while (readdir(directory))
		;
	seekdir(directory, place);
	assert_int_equal(telldir(directory), place);
	assert_string_equal(readdir(directory)->d_name, "f9");
	rewinddir(directory);
	assert_string_equal(readdir(directory)->d_name, ".");
	closedir(directory);
}

static void errors_are_told_and_the_end_is_none(void **state)
{
	struct dirent copy, *out;
	DIR *directory = opendir("/dir");

	error_at = 3;
	error = -EIO;
	for (int i = 0; i < 3; i++)
		assert_non_null(readdir(directory));
	assert_null(readdir(directory));
	assert_int_equal(errno, EIO);
	errno = 7;
	assert_int_equal(readdir_r(directory, &copy, &out), EIO);
	assert_null(out);
	assert_int_equal(errno, 7);
	/* A directory that was removed meanwhile has no more entries. */
	error = -ENOENT;
	assert_int_equal(readdir_r(directory, &copy, &out), 0);
	assert_null(out);
	error_at = -1;
	assert_int_equal(readdir_r(directory, &copy, &out), 0);
	assert_ptr_equal(out, &copy);
	assert_string_equal(copy.d_name, "f10");
	closedir(directory);
}

static void only_directories_are_opened(void **state)
{
	assert_null(opendir("/none"));
	assert_int_equal(errno, ENOENT);
	assert_null(fdopendir(FILE_FD));
	assert_int_equal(errno, ENOTDIR);
	assert_null(fdopendir(99));
	assert_int_equal(errno, EBADF);
	assert_int_equal(private_fd, -1);
	DIR *directory = fdopendir(DIRECTORY_FD);
	assert_int_equal(dirfd(directory), DIRECTORY_FD);
	assert_int_equal(private_fd, DIRECTORY_FD);
	closedir(directory);
	assert_int_equal(closes, 1);
}

static int is_no_dot(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static void scan(int (*order)(const struct dirent **, const struct dirent **), const char *const *expected, int count)
{
	struct dirent **list;

	position = 0;
	assert_int_equal(scandir("/dir", &list, is_no_dot, order), count);
	for (int i = 0; i < count; i++) {
		assert_string_equal(list[i]->d_name, expected[i]);
		free(list[i]);
	}
	free(list);
}

static void a_scan_chooses_and_sorts(void **state)
{
	scan(NULL, names + 2, 6);
	scan(alphasort, (const char *const[]){"a", "b", "f10", "f9", "seven77", longest}, 6);
	scan(versionsort, (const char *const[]){"a", "b", "f9", "f10", "seven77", longest}, 6);
	assert_int_equal(closes, is_open);
}

static void a_scan_that_fails_leaves_nothing(void **state)
{
	struct dirent **list = NULL;

	assert_int_equal(scandir("/none", &list, NULL, NULL), -1);
	assert_int_equal(errno, ENOENT);
	error_at = 4;
	error = -EIO;
	assert_int_equal(scandir("/dir", &list, NULL, NULL), -1);
	assert_int_equal(errno, EIO);
	assert_null(list);
	assert_int_equal(closes, is_open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(entries_come_in_their_order_from_any_packs, setup),
	    cmocka_unit_test_setup(one_goes_back_to_where_one_was, setup),
	    cmocka_unit_test_setup(errors_are_told_and_the_end_is_none, setup),
	    cmocka_unit_test_setup(only_directories_are_opened, setup),
	    cmocka_unit_test_setup(a_scan_chooses_and_sorts, setup),
	    cmocka_unit_test_setup(a_scan_that_fails_leaves_nothing, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
