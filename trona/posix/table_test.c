/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors and paths of a process. */
#include "table_fixture.h"

static void lowest_free_number_is_taken(void **state)
{
	assert_int_equal(put(100), 0);
	assert_int_equal(put(101), 1);
	assert_int_equal(put(102), 2);
	assert_int_equal(sys_close(1), 0);
	assert_int_equal(put(103), 1);
}

static void close_deletes_the_last_capability_only(void **state)
{
	int fd = put(100), other = sys_dup(fd, 0, 0);

	assert_int_equal(sys_close(fd), 0);
	assert_int_equal(deletions, 0);
	assert_int_equal(sys_close(other), 0);
	assert_int_equal(deletions, 1);
	assert_int_equal(last_deleted, 100);
}

static void others_see_where_descriptors_are(void **state)
{
	const int fd = put(100), far = sys_dup_to(fd, 959, 0);

	assert_int_equal(signal_page.descriptors[fd], 100);
	assert_int_equal(signal_page.descriptors[far], 100);
	assert_int_equal(sys_dup_to(put((kn_cap)200 << 32 | 3), far, 0), far);
	assert_int_equal(signal_page.descriptors[far], 200 << 8 | 3);
	assert_int_equal(sys_close(fd), 0);
	assert_int_equal(signal_page.descriptors[fd], 0);
	assert_int_equal(signal_page.further, 0);
	memset(pages.further, 1, sizeof pages.further); /* an earlier program's */
	page.descriptors_most = 4096;
	assert_int_equal(sys_dup_to(far, 961, 0), 961);
	assert_int_equal(sys_dup_to(far, 4095, 0), 4095);
	assert_int_equal(signal_page.further, 3136);
	assert_int_equal(pages.further[0], 0);
	assert_int_equal(pages.further[1], 200 << 8 | 3);
	assert_int_equal(pages.further[3134], 0);
	assert_int_equal(pages.further[3135], 200 << 8 | 3);
	assert_int_equal(sys_close(4095), 0);
	assert_int_equal(pages.further[3135], 0);
	memset(&pages, 0, sizeof pages); /* as in the child of a fork */
	table_forked();
	assert_int_equal(signal_page.further, 2);
	assert_int_equal(pages.further[1], 200 << 8 | 3);
	assert_int_equal(signal_page.descriptors[far], 200 << 8 | 3);
	assert_int_equal(signal_page.descriptors[fd], 0);
	assert_int_equal(signal_page.current, directory_current() & 0xff);
}

static void closed_numbers_are_bad(void **state)
{
	int fd = put(100);

	assert_int_equal(sys_close(fd), 0);
	assert_int_equal(sys_close(fd), -EBADF);
	assert_null(file_take(fd));
	assert_int_equal(sys_dup(fd, 0, 0), -EBADF);
	assert_int_equal(sys_dup_to(fd, 5, 0), -EBADF);
	assert_int_equal(table_private(fd, -1), -EBADF);
}

static void numbers_out_of_range_are_bad(void **state)
{
	static const int bad[] = {-1, INT32_MIN, INT32_MAX, 5000};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_null(file_take(bad[i]));
		assert_null(table_look(bad[i], nullptr));
		assert_int_equal(sys_close(bad[i]), -EBADF);
	}
}

static void dup_shares_the_file(void **state)
{
	int fd = put(100), other = sys_dup(fd, 10, 0);

	assert_int_equal(other, 10);
	assert_ptr_equal(table_look(fd, nullptr), table_look(other, nullptr));
}

static void dup_refuses_wrong_least_numbers(void **state)
{
	int fd = put(100);

	assert_int_equal(sys_dup(fd, -1, 0), -EINVAL);
	assert_int_equal(sys_dup(fd, 1024, 0), -EINVAL);
}

static void dup_to_replaces_and_closes(void **state)
{
	int fd = put(100), target = put(101);

	assert_int_equal(sys_dup_to(fd, target, 0), target);
	assert_int_equal(last_deleted, 101);
	assert_ptr_equal(table_look(fd, nullptr), table_look(target, nullptr));
}

static void dup_to_itself_keeps_the_file(void **state)
{
	int fd = put(100);

	assert_int_equal(sys_dup_to(fd, fd, 0), fd);
	assert_int_equal(deletions, 0);
	assert_int_equal(sys_close(fd), 0);
	assert_int_equal(deletions, 1);
}

static void dup_to_refuses_bad_targets_and_leaks_nothing(void **state)
{
	int fd = put(100);

	assert_int_equal(sys_dup_to(fd, -1, 0), -EBADF);
	assert_int_equal(sys_dup_to(fd, 1024, 0), -EBADF);
	assert_int_equal(table_look(fd, nullptr)->references, 1);
}

static void close_on_exec_belongs_to_the_number(void **state)
{
	int fd = put(100), other = sys_dup(fd, 0, O_CLOEXEC);

	assert_int_equal(table_private(fd, -1), 0);
	assert_int_equal(table_private(other, -1), 1);
	assert_int_equal(table_private(other, 0), 1);
	assert_int_equal(table_private(other, -1), 0);
}

static void a_full_table_is_emfile_and_drops_the_file(void **state)
{
	page.descriptors_most = 3;
	assert_int_equal(put(100), 0);
	assert_int_equal(put(101), 1);
	assert_int_equal(put(102), 2);
	assert_int_equal(put(103), -EMFILE);
	assert_int_equal(last_deleted, 103);
}

static void the_table_grows_and_keeps_what_it_has(void **state)
{
	int fd = put(100);
	struct file *file = table_look(fd, nullptr);

	assert_int_equal(sys_dup_to(fd, 900, 0), 900);
	assert_true(table_size() > 900);
	assert_ptr_equal(table_look(fd, nullptr), file);
	assert_ptr_equal(table_look(900, nullptr), file);
	assert_int_equal(table_next(1), 900);
}

static void no_memory_for_a_larger_table_changes_nothing(void **state)
{
	int fd = put(100), size = table_size();

	page.descriptors_most = 4096;
	is_memory_gone = true;
	assert_int_equal(sys_dup_to(fd, size, 0), -ENOMEM);
	assert_int_equal(table_size(), size);
	assert_int_equal(table_look(fd, nullptr)->references, 1);
}

static void a_taken_file_outlives_its_number(void **state)
{
	int fd = put(100);
	struct file *file = file_take(fd);

	assert_int_equal(sys_close(fd), 0);
	assert_int_equal(deletions, 0);
	file_drop(file);
	assert_int_equal(last_deleted, 100);
}

static void next_skips_what_is_free(void **state)
{
	int fd = put(100);

	assert_int_equal(sys_dup_to(fd, 7, 0), 7);
	assert_int_equal(table_next(0), 0);
	assert_int_equal(table_next(1), 7);
	assert_int_equal(table_next(8), -1);
	assert_int_equal(table_next(1 << 20), -1);
}

static void a_fork_forgets_what_the_parent_has_armed_and_mapped(void **state)
{
	int fd = put(100);
	struct file *file = table_look(fd, nullptr);

	file->armed = 1;
	file->view.data = (const unsigned char *)&self;
	table_forked();
	assert_int_equal(file->armed, 0);
	assert_null(file->view.data);
}

static struct posix_fd_block *block_of(size_t count)
{
	struct posix_fd_block *block = calloc(1, sizeof *block + count * sizeof block->entries[0]);

	block->version = POSIX_FD_BLOCK_VERSION;
	block->entry_count = (uint32_t)count;
	return block;
}

static void a_new_image_finds_its_descriptors(void **state)
{
	struct posix_fd_block *block = block_of(3);

	block->mask = 077;
	block->is_fresh = 1;
	block->entries[0] = (struct posix_fd_entry){.fd = 0, .file = 5, .kind = FILE_KIND_TERMINAL, .is_terminal = 1, .slot = 40};
	block->entries[1] = (struct posix_fd_entry){.fd = 3, .file = 5, .slot = 40};
	block->entries[2] = (struct posix_fd_entry){.fd = 70, .file = 6, .kind = FILE_KIND_DEVICE, .local = LOCAL_DISCARD, .slot = 41};
	cleared = 0;
	table_start(block);
	assert_int_equal(file_mask, 077);
	assert_int_equal(cleared, 0);
	assert_ptr_equal(table_look(0, nullptr), table_look(3, nullptr));
	assert_int_equal(table_look(0, nullptr)->references, 2);
	assert_true(table_look(0, nullptr)->is_terminal);
	assert_int_equal(table_look(70, nullptr)->local, LOCAL_DISCARD);
	/* What it has it keeps, whatever the limit is now. */
	close_all();
	page.descriptors_most = 2;
	table_start(block);
	assert_non_null(table_look(70, nullptr));
	assert_int_equal(sys_dup_to(70, 1, 0), 1);
	assert_int_equal(sys_dup_to(70, 2, 0), -EBADF);
	assert_int_equal(sys_dup(70, 2, 0), -EINVAL);
	free(block);
}

static void an_image_of_the_same_process_clears_unknown_slots(void **state)
{
	struct posix_fd_block *block = block_of(0);

	cleared = 0;
	table_start(block);
	assert_true(cleared > 0);
	free(block);
}

static void a_block_of_another_version_is_left_alone(void **state)
{
	struct posix_fd_block *block = block_of(1);

	block->version++;
	block->entries[0] = (struct posix_fd_entry){.fd = 4, .slot = 40};
	table_start(block);
	table_start(nullptr);
	assert_null(table_look(4, nullptr));
	free(block);
}

/* ---- paths ---- */

static int base_of(int base, const char *path)
{
	kn_cap start = ~0ull;
	size_t length;

	return path_base(base, path, &start, &length);
}

static void an_empty_path_is_not_found(void **state)
{
	assert_int_equal(base_of(AT_FDCWD, ""), -ENOENT);
}

static void a_path_that_is_not_there_is_a_fault(void **state)
{
	assert_int_equal(base_of(AT_FDCWD, unreadable), -EFAULT);
	assert_int_equal(path_is_descriptor(unreadable), -1);
}

static void a_path_must_fit_a_message(void **state)
{
	char path[VFS_PATH_MAX + 1];

	memset(path, 'a', sizeof path);
	path[VFS_PATH_MAX] = 0;
	assert_int_equal(base_of(AT_FDCWD, path), -ENAMETOOLONG);
	path[VFS_PATH_MAX - 1] = 0;
	assert_int_equal(base_of(AT_FDCWD, path), 0);
}

static void an_absolute_path_needs_no_base(void **state)
{
	kn_cap start = 1;
	size_t length;

	assert_int_equal(path_base(-5, "/x", &start, &length), 0);
	assert_int_equal(start, KN_CAP_NONE);
	assert_int_equal(length, 2);
}

static void a_base_must_be_a_directory(void **state)
{
	int fd = put(100);
	kn_cap start;
	size_t length;

	assert_int_equal(base_of(-1, "x"), -EBADF);
	assert_int_equal(base_of(fd + 1, "x"), -EBADF);
	assert_int_equal(base_of(fd, "x"), -ENOTDIR);
	table_look(fd, nullptr)->kind = FILE_KIND_DIRECTORY;
	assert_int_equal(path_base(fd, "x", &start, &length), 0);
	assert_int_equal(start, 100);
}

static void names_of_descriptors_are_numbers(void **state)
{
	assert_int_equal(path_is_descriptor("/dev/fd/0"), 0);
	assert_int_equal(path_is_descriptor("/dev/fd/63"), 63);
	assert_int_equal(path_is_descriptor("/proc/self/fd/7"), 7);
	assert_int_equal(path_is_descriptor("/dev/stdin"), 0);
	assert_int_equal(path_is_descriptor("/dev/stdout"), 1);
	assert_int_equal(path_is_descriptor("/dev/stderr"), 2);
}

static void other_names_are_not_descriptors(void **state)
{
	static const char *const names[] = {"/dev/fd/", "/dev/fd/x", "/dev/fd/1x", "/dev/fd/-1", "/dev/fd/ 1", "/dev/fd/1/x", "/dev/fd",
	    "/dev/stdinx", "dev/fd/1", "/proc/self/fd/", "/proc/1/fd/1", "", "/", "/dev/fd/99999999999999999999"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(path_is_descriptor(names[i]), -1);
}

/* POSIX: any one, however many others are open on the file. */
static void each_close_of_a_file_with_locks_unlocks(void **state)
{
	int fd = table_put(file_make(100, FILE_KIND_REGULAR, false), 0, false), other = sys_dup(fd, 0, 0), pipe = put(101);

	assert_int_equal(sys_close(other), 0);
	assert_int_equal(unlocks, 0);
	process.has_locks = true;
	other = sys_dup(fd, 0, 0);
	assert_int_equal(sys_dup_to(fd, fd, 0), fd);
	assert_int_equal(unlocks, 0);
	assert_int_equal(sys_dup_to(fd, other, 0), other);
	assert_int_equal(unlocks, 1);
	assert_int_equal(sys_dup_to(pipe, other, 0), other);
	assert_int_equal(unlocks, 2);
	assert_int_equal(last_unlocked, 100);
	assert_int_equal(sys_close(other), 0);
	assert_int_equal(unlocks, 2);
	assert_int_equal(deletions, 0);
	assert_int_equal(sys_close(fd), 0);
	assert_int_equal(unlocks, 3);
	assert_int_equal(deletions, 1);
	/* A child has none. */
	fd = table_put(file_make(102, FILE_KIND_REGULAR, false), 0, false);
	table_forked();
	assert_int_equal(sys_close(fd), 0);
	assert_int_equal(unlocks, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
	    TEST(lowest_free_number_is_taken), TEST(close_deletes_the_last_capability_only), TEST(closed_numbers_are_bad),
	    TEST(numbers_out_of_range_are_bad), TEST(dup_shares_the_file), TEST(dup_refuses_wrong_least_numbers),
	    TEST(dup_to_replaces_and_closes), TEST(each_close_of_a_file_with_locks_unlocks), TEST(dup_to_itself_keeps_the_file), TEST(dup_to_refuses_bad_targets_and_leaks_nothing),
	    TEST(close_on_exec_belongs_to_the_number), TEST(a_full_table_is_emfile_and_drops_the_file),
	    TEST(the_table_grows_and_keeps_what_it_has), TEST(no_memory_for_a_larger_table_changes_nothing),
	    TEST(a_taken_file_outlives_its_number), TEST(next_skips_what_is_free),
	    TEST(a_fork_forgets_what_the_parent_has_armed_and_mapped), TEST(a_new_image_finds_its_descriptors),
	    TEST(an_image_of_the_same_process_clears_unknown_slots), TEST(a_block_of_another_version_is_left_alone),
	    TEST(an_empty_path_is_not_found), TEST(a_path_that_is_not_there_is_a_fault), TEST(a_path_must_fit_a_message), TEST(an_absolute_path_needs_no_base),
	    TEST(a_base_must_be_a_directory), TEST(names_of_descriptors_are_numbers), TEST(other_names_are_not_descriptors),
	    TEST(others_see_where_descriptors_are),
	};

	slots_start();
	return cmocka_run_group_tests(tests, begin, nullptr);
}
