/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include "classes.h"
#include "device.h"
#include "fake_heap.h"
#include "kn/random.h"
#include "mode.h"
#include "open.h"
#include "process_credentials.h"
#include "trona/process_table.h"
#include "test_fakes.h"

static uint8_t out[300000], in[300000];
static _Alignas(4096) uint8_t archive[3 * 4096];
static struct contents contents;

static int fresh(void **state)
{
	(void)state;
	contents = (struct contents){};
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 13 + i / 253 + 1);
	for (size_t i = 0; i < sizeof archive; i++)
		archive[i] = i < 9000 ? (uint8_t)(i + 5) : 0;
	return 0;
}

static int finish(void **state)
{
	(void)state;
	contents_destroy(&contents);
	assert_int_equal(fake_objects, 0);
	return 0;
}

static void write_at(uint64_t offset, size_t length)
{
	size_t done;

	assert_int_equal(contents_write(&contents, offset, in + offset, length, &done), KN_OK);
	assert_int_equal(done, length);
}

static void expect(uint64_t offset, size_t length, const uint8_t *bytes)
{
	size_t done;

	assert_int_equal(contents_read(&contents, offset, out, length, &done), KN_OK);
	assert_int_equal(done, length);
	assert_memory_equal(out, bytes, length);
}

static void small_files_stay_on_the_heap(void **state)
{
	write_at(0, 5);
	write_at(5, 4091);
	assert_int_equal(contents.form, CONTENTS_SMALL);
	assert_int_equal(contents.size, 4096);
	expect(0, 4096, in);
}

static void growing_files_become_objects(void **state)
{
	write_at(0, 4000);
	write_at(4000, 200000);
	assert_int_equal(contents.form, CONTENTS_OBJECT);
	assert_int_equal(contents.size, 204000);
	expect(0, 204000, in);
	expect(4096, 10, in + 4096);
}

static void reading_ends_at_the_size(void **state)
{
	size_t done;

	write_at(0, 100);
	assert_int_equal(contents_read(&contents, 90, out, 50, &done), KN_OK);
	assert_int_equal(done, 10);
	assert_int_equal(contents_read(&contents, 100, out, 50, &done), KN_OK);
	assert_int_equal(done, 0);
	assert_int_equal(contents_read(&contents, ~0ull, out, 50, &done), KN_OK);
	assert_int_equal(done, 0);
}

static void holes_read_as_zero_and_cost_nothing(void **state)
{
	static const uint8_t zeros[8192];
	long before = fake_pages_left;

	write_at(0, 10);
	write_at(250000, 10);
	assert_int_equal(before - fake_pages_left, 2);
	expect(10, 8000, zeros);
	expect(100000, 8192, zeros);
	expect(250000, 10, in + 250000);
	assert_int_equal(contents_seek(&contents, 0, true), 4096);
	assert_int_equal(contents_seek(&contents, 4096, false), 249856);
	assert_int_equal(contents_seek(&contents, 249900, true), 250010);
}

static void a_gap_in_a_small_file_is_zero(void **state)
{
	static const uint8_t zeros[90];

	write_at(0, 10);
	write_at(100, 1);
	expect(10, 90, zeros);
}

static void truncating_forgets_what_was_behind(void **state)
{
	static const uint8_t zeros[5000];

	write_at(0, 20000);
	assert_int_equal(contents_resize(&contents, 5000), KN_OK);
	assert_int_equal(contents_resize(&contents, 10000), KN_OK);
	expect(0, 5000, in);
	expect(5000, 5000, zeros);
	assert_int_equal(contents_resize(&contents, 0), KN_OK);
	assert_int_equal(contents.form, CONTENTS_SMALL);
	write_at(0, 3);
	assert_int_equal(contents_resize(&contents, 2), KN_OK);
	assert_int_equal(contents_resize(&contents, 50), KN_OK);
	expect(2, 48, zeros);
}

static void archive_pages_are_adopted_and_left_alone(void **state)
{
	kn_cap object;
	uint8_t copy[9000];

	memcpy(copy, archive, sizeof copy);
	contents_adopt(&contents, archive, 9000);
	expect(0, 9000, archive);
	assert_int_equal(contents_map(&contents, true, false, &object), KN_OK);
	assert_int_equal(object, 301);
	assert_int_equal(contents_map(&contents, false, false, &object), KN_OK);
	assert_int_equal(object, 302);
	assert_int_equal(contents.form, CONTENTS_ADOPTED);
	write_at(100, 5);
	assert_int_equal(contents.form, CONTENTS_OBJECT);
	assert_memory_equal(archive, copy, sizeof copy);
	expect(0, 100, archive);
	expect(100, 5, in + 100);
	expect(105, 9000 - 105, archive + 105);
}

static void a_full_memory_is_no_space(void **state)
{
	size_t done;
	long kept = fake_pages_left;

	fake_pages_left = 10;
	write_at(0, 8192);
	/* A large write is cut to what there is memory for, then the next one fails. */
	assert_int_equal(contents_write(&contents, 8192, in + 8192, 100000, &done), KN_OK);
	assert_in_range(done, 1, 8 * 4096);
	expect(0, 8192 + done, in);
	uint64_t size = contents.size;
	kn_status status = KN_OK;
	while (status == KN_OK) {
		status = contents_write(&contents, contents.size, in, 4096, &done);
		size += done;
	}
	assert_int_equal(status, KN_E_NO_SPACE);
	assert_int_equal(contents.size, size);
	contents_destroy(&contents);
	contents = (struct contents){};
	assert_int_equal(fake_pages_left, 10);
	fake_pages_left = kept;
}

static void too_large_is_refused(void **state)
{
	size_t done;

	assert_int_equal(contents_write(&contents, CONTENTS_SIZE_MAX, in, 1, &done), KN_E_FILE_TOO_LARGE);
	assert_int_equal(contents_write(&contents, ~0ull - 1, in, 10, &done), KN_E_FILE_TOO_LARGE);
	assert_int_equal(contents_resize(&contents, CONTENTS_SIZE_MAX + 1), KN_E_FILE_TOO_LARGE);
	assert_int_equal(contents.size, 0);
}

static void every_allocation_may_fail(void **state)
{
	size_t done;

	for (long n = 0;; n++) {
		fake_heap_budget = n;
		kn_status status = contents_write(&contents, 0, in, 50000, &done);

		fake_heap_budget = -1;
		if (status == KN_OK)
			break;
		assert_int_equal(status, KN_E_NO_SPACE);
		assert_int_equal(contents.size, 0);
	}
	expect(0, 50000, in);
}

/* ---- descriptions over them ---- */

static struct description *open_file(const char *path, uint32_t flags)
{
	struct vfs_opened opened;
	struct description *description;

	assert_int_equal(
	    open_path(at_root(path), &root_user, flags | VFS_OPEN_CREATE, 0644, nullptr, &opened, &description), KN_OK);
	return description;
}

static size_t put(struct description *description, uint64_t offset, const char *text)
{
	struct transfer transfer = {.data = (uint8_t *)text, .length = strlen(text), .offset = offset};

	assert_int_equal(description->class->write(description, &transfer), KN_OK);
	return transfer.done;
}

static void close_file(struct description *description)
{
	description_orphan(BADGE_FILE | description->index);
}

static void offsets_move_and_appends_append(void **state)
{
	uint64_t position;

	fake_root();
	struct description *file = open_file("/f", FILE_FLAG_READ | FILE_FLAG_WRITE);
	struct description *log = open_file("/f", FILE_FLAG_WRITE | FILE_FLAG_APPEND);
	put(file, FILE_OFFSET_CURRENT, "hello ");
	put(log, FILE_OFFSET_CURRENT, "world");
	put(file, 0, "H");
	assert_int_equal(file->offset, 6);
	assert_int_equal(log->offset, 11);
	struct transfer transfer = {.data = out, .length = 100};
	assert_int_equal(file->class->read(file, &transfer), KN_OK);
	assert_int_equal(transfer.done, 11);
	assert_memory_equal(out, "Hello world", 11);
	assert_int_equal(description_seek(file, -5, FILE_SEEK_END, &position), KN_OK);
	assert_int_equal(position, 6);
	assert_int_equal(description_seek(file, 2, FILE_SEEK_CURRENT, &position), KN_OK);
	assert_int_equal(position, 8);
	assert_int_equal(description_seek(file, -9, FILE_SEEK_CURRENT, &position), KN_E_INVALID_ARG);
	assert_int_equal(description_seek(file, 0, 9, &position), KN_E_INVALID_ARG);
	assert_int_equal(description_seek(file, INT64_MAX, FILE_SEEK_CURRENT, &position), KN_E_INVALID_ARG);
	assert_int_equal(file->offset, 8);
	close_file(file);
	close_file(log);
}

static void an_unlinked_file_lives_while_it_is_open(void **state)
{
	fake_root();
	struct description *file = open_file("/f", FILE_FLAG_READ | FILE_FLAG_WRITE);
	put(file, 0, "still here");
	assert_int_equal(name_remove(at_root("/f"), &root_user, false), KN_OK);
	struct transfer transfer = {.data = out, .length = 100};
	assert_int_equal(file->class->read(file, &transfer), KN_OK);
	assert_int_equal(transfer.done, 10);
	close_file(file);
}

/* ---- random bytes ---- */

static void random_bytes_are_all_or_an_error(void **state)
{
	uint8_t bytes[131];
	const size_t block = sizeof(struct kn_random_data);

	for (size_t length = 0; length < sizeof bytes; length++) {
		const long blocks = (long)((length + block - 1) / block);

		memset(bytes, 0, sizeof bytes);
		assert_int_equal(device_random(bytes, length), KN_OK);
		for (size_t i = 0; i < sizeof bytes; i++)
			assert_int_equal(bytes[i], i < length ? 0x5a : 0);
		for (fake_random_left = 0; fake_random_left < blocks;) {
			const long left = fake_random_left;

			assert_int_equal(device_random(bytes, length), KN_E_WOULD_BLOCK);
			fake_random_left = left + 1;
		}
		assert_int_equal(device_random(bytes, length), KN_OK);
		fake_random_left = -1;
	}
}

/* ---- identity ---- */

static void credentials_come_from_the_badge(void **state)
{
	static struct procmgr_process_entry processes[2] = {
	    {.pid = 7, .state = PROCMGR_PROCESS_STATE_RUNNING, .generation = 3, .uid = 1, .euid = 2, .gid = 3, .egid = 4,
		.group_count = 99},
	};
	struct credentials who;

	process_table_set(processes, 2);
	assert_int_equal(process_credentials(3ull << 32, &who), KN_OK);
	assert_int_equal(who.uid, 2);
	assert_int_equal(who.real_gid, 3);
	assert_int_equal(who.group_count, 0); /* an impossible count is not believed */
	assert_int_equal(process_credentials(2ull << 32, &who), KN_E_NO_PROCESS);
	assert_int_equal(process_credentials(3ull << 32 | 2, &who), KN_E_NO_PROCESS);
	assert_int_equal(process_credentials(BADGE_FILE, &who), KN_E_NO_PROCESS);
	processes[0].sequence = 1; /* a writer that never ends */
	assert_int_equal(process_credentials(3ull << 32, &who), KN_E_NO_PROCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(small_files_stay_on_the_heap, fresh, finish),
	    cmocka_unit_test_setup_teardown(growing_files_become_objects, fresh, finish),
	    cmocka_unit_test_setup_teardown(reading_ends_at_the_size, fresh, finish),
	    cmocka_unit_test_setup_teardown(holes_read_as_zero_and_cost_nothing, fresh, finish),
	    cmocka_unit_test_setup_teardown(a_gap_in_a_small_file_is_zero, fresh, finish),
	    cmocka_unit_test_setup_teardown(truncating_forgets_what_was_behind, fresh, finish),
	    cmocka_unit_test_setup_teardown(archive_pages_are_adopted_and_left_alone, fresh, finish),
	    cmocka_unit_test_setup_teardown(a_full_memory_is_no_space, fresh, finish),
	    cmocka_unit_test_setup_teardown(too_large_is_refused, fresh, finish),
	    cmocka_unit_test_setup_teardown(every_allocation_may_fail, fresh, finish),
	    cmocka_unit_test(offsets_move_and_appends_append),
	    cmocka_unit_test(an_unlinked_file_lives_while_it_is_open),
	    cmocka_unit_test(random_bytes_are_all_or_an_error),
	    cmocka_unit_test(credentials_come_from_the_badge),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
