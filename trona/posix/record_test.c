/* SPDX-License-Identifier: BSD-2-Clause */
/* What fcntl's record locks ask the server for, and what of the answer the caller gets to see. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client/vfs.h"
#include "posix.h"

struct kn_thread fake_thread;
struct process process;
static struct __pthread self;
static struct file file;
static struct vfs_lock asked, in_the_way;
static unsigned calls;
static off_t position;
static int64_t size;

/* ---- fakes ---- */

kn_status vfs_lock(kn_cap server, kn_cap cap, bool of_process, uint32_t wait, const struct vfs_lock *lock, struct vfs_lock *conflict)
{
	assert_true(of_process);
	calls++;
	asked = *lock;
	*conflict = in_the_way;
	return KN_OK;
}

struct file *file_take(int fd)
{
	return fd == 3 ? &file : nullptr;
}

void file_drop(struct file *dropped)
{
}

off_t sys_seek(int fd, off_t offset, int whence)
{
	return position;
}

int sys_stat_fd(int fd, struct stat *stat)
{
	if (size < 0)
		return (int)size;
	*stat = (struct stat){.st_size = size};
	return 0;
}

/* ---- tests ---- */

static int fresh(void **state)
{
	fake_thread.personality = &self;
	process = (struct process){};
	in_the_way = (struct vfs_lock){.type = VFS_LOCK_TYPE_UNLOCK};
	asked = (struct vfs_lock){};
	calls = 0;
	position = 100;
	size = 1000;
	return 0;
}

static void without_a_conflict_only_the_type_changes(void **state)
{
	struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = -5, .l_len = 7, .l_pid = 99};

	assert_int_equal(record_lock(3, F_GETLK, &range), 0);
	assert_int_equal(range.l_type, F_UNLCK);
	assert_int_equal(range.l_whence, SEEK_CUR);
	assert_int_equal(range.l_start, -5);
	assert_int_equal(range.l_len, 7);
	assert_int_equal(range.l_pid, 99);
}

static void a_conflict_is_told_from_the_start_of_the_file(void **state)
{
	struct flock range = {.l_type = F_RDLCK, .l_whence = SEEK_END, .l_start = -5, .l_len = 7};

	in_the_way = (struct vfs_lock){.type = VFS_LOCK_TYPE_WRITE, .start = 990, .length = 20, .pid = 12};
	assert_int_equal(record_lock(3, F_GETLK, &range), 0);
	assert_int_equal(asked.start, 995);
	assert_int_equal(asked.length, 7);
	assert_int_equal(range.l_type, F_WRLCK);
	assert_int_equal(range.l_whence, SEEK_SET);
	assert_int_equal(range.l_start, 990);
	assert_int_equal(range.l_len, 20);
	assert_int_equal(range.l_pid, 12);
}

static void starts_count_from_where_whence_says(void **state)
{
	struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = 10};

	assert_int_equal(record_lock(3, F_SETLK, &range), 0);
	assert_int_equal(asked.start, 110);
	assert_int_equal(asked.length, 0);
	assert_true(process.has_locks);
	range = (struct flock){.l_type = F_WRLCK, .l_start = 50, .l_len = -20};
	assert_int_equal(record_lock(3, F_SETLK, &range), 0);
	assert_int_equal(asked.start, 30);
	assert_int_equal(asked.length, 20);
}

static void whence_is_one_of_three(void **state)
{
	struct flock range = {.l_type = F_WRLCK};

	for (range.l_whence = -1; range.l_whence < 6; range.l_whence++)
		if (range.l_whence < SEEK_SET || range.l_whence > SEEK_END)
			assert_int_equal(record_lock(3, F_SETLK, &range), -EINVAL);
	assert_int_equal(calls, 0);
}

static void a_start_that_cannot_be_had_is_its_error(void **state)
{
	struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = 1000};

	position = -ESPIPE;
	assert_int_equal(record_lock(3, F_SETLK, &range), -ESPIPE);
	range.l_whence = SEEK_END;
	size = -EBADF;
	assert_int_equal(record_lock(3, F_SETLK, &range), -EBADF);
	assert_int_equal(calls, 0);
	assert_false(process.has_locks);
}

static void ranges_outside_a_file_are_refused(void **state)
{
	struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = -101};

	assert_int_equal(record_lock(3, F_SETLK, &range), -EINVAL);
	range.l_start = LLONG_MAX;
	assert_int_equal(record_lock(3, F_SETLK, &range), -EOVERFLOW);
	range = (struct flock){.l_type = F_WRLCK, .l_start = 10, .l_len = LLONG_MIN};
	assert_int_equal(record_lock(3, F_SETLK, &range), -EINVAL);
	range = (struct flock){.l_type = 3};
	assert_int_equal(record_lock(3, F_SETLK, &range), -EINVAL);
	assert_int_equal(calls, 0);
	range = (struct flock){.l_type = F_WRLCK};
	assert_int_equal(record_lock(4, F_SETLK, &range), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(without_a_conflict_only_the_type_changes, fresh),
	    cmocka_unit_test_setup(a_conflict_is_told_from_the_start_of_the_file, fresh),
	    cmocka_unit_test_setup(starts_count_from_where_whence_says, fresh),
	    cmocka_unit_test_setup(whence_is_one_of_three, fresh),
	    cmocka_unit_test_setup(a_start_that_cannot_be_had_is_its_error, fresh),
	    cmocka_unit_test_setup(ranges_outside_a_file_are_refused, fresh),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
