/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <stdio.h>

#include "trona/cpio.h"
#include "uapi/error.h"

#define TRAILER_NAME "TRAILER!!!"

static char archive[64 * 1024];
static uint64_t end;

/* As scripts/rootfs.py makes them: the name is padded with NULs so that contents start on a page. */
static void add(const char *name, unsigned mode, const char *data, bool is_aligned)
{
	size_t name_size = strlen(name) + 1, size = strlen(data);

	end = (end + 3) & ~3ull;
	while (size && is_aligned && (end + 110 + name_size) % KN_PAGE_SIZE)
		name_size++;
	while ((end + 110 + name_size) % 4)
		name_size++;
	char head[111];

	snprintf(head, sizeof(head), "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", 1, mode, 0, 0, 1, 5,
	    size, 0, 0, 0, 0, name_size, 0);
	memcpy(archive + end, head, 110);
	strcpy(archive + end + 110, name);
	memcpy(archive + end + 110 + name_size, data, size);
	end += 110 + name_size + size;
}

static int make(void **state)
{
	memset(archive, 0, sizeof(archive));
	end = 0;
	add("etc", 0040755, "", true);
	add("etc/motd", 0100644, "old", true);
	add("link", 0120777, "etc/motd", false);
	add("empty", 0100600, "", true);
	add("etc/motd", 0100644, "newer", true);
	add(TRAILER_NAME, 0, "", true);
	end = (end + 3) & ~3ull;
	return 0;
}

static void cpio_lists_entries_in_order(void **state)
{
	static const char *const names[] = {"etc", "etc/motd", "link", "empty", "etc/motd"};
	struct cpio_entry entry;
	uint64_t at = 0;

	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(cpio_next(archive, end, &at, &entry), KN_OK);
		assert_string_equal(entry.name, names[i]);
		assert_int_equal(entry.name_length, strlen(names[i]));
	}
	assert_int_equal(cpio_next(archive, end, &at, &entry), KN_E_NOT_FOUND);
}

static void cpio_finds_the_later_of_two_files(void **state)
{
	struct cpio_entry entry;

	assert_int_equal(cpio_find(archive, end, 0, "etc/motd", &entry), KN_OK);
	assert_int_equal(entry.size, 5);
	assert_memory_equal(archive + entry.offset, "newer", 5);
	assert_int_equal(entry.offset % KN_PAGE_SIZE, 0);
	assert_int_equal(cpio_find(archive, end, 0, "etc", &entry), KN_E_NOT_FOUND);
	assert_int_equal(cpio_find(archive, end, 0, "etc/mot", &entry), KN_E_NOT_FOUND);
}

static void cpio_refuses_every_truncation(void **state)
{
	struct cpio_entry entry;

	for (uint64_t size = 0; size + 124 < end; size++) {
		char *exact = malloc(size ? size : 1);

		memcpy(exact, archive, size);
		assert_int_equal(cpio_find(exact, size, 0, "etc/motd", &entry), KN_E_BAD_MESSAGE);
		free(exact);
	}
}

static void cpio_refuses_files_that_start_inside_a_page(void **state)
{
	struct cpio_entry entry;
	uint64_t at = 0;

	end = 0;
	add("file", 0100644, "data", false);
	assert_int_equal(cpio_next(archive, end, &at, &entry), KN_E_BAD_MESSAGE);
}

static void cpio_survives_random_damage(void **state)
{
	char *copy = malloc(end);

	srandom(4);
	for (int round = 0; round < 20000; round++) {
		struct cpio_entry entry;

		memcpy(copy, archive, end);
		for (int i = 0; i < 4; i++)
			copy[(size_t)random() % 110 + (random() % 2 ? 0 : 4096 + 3)] = (char)random();
		uint64_t at = 0;

		while (cpio_next(copy, end, &at, &entry) == KN_OK)
			assert_true(entry.offset <= end && entry.size <= end - entry.offset);
	}
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(cpio_lists_entries_in_order, make),
	    cmocka_unit_test_setup(cpio_finds_the_later_of_two_files, make),
	    cmocka_unit_test_setup(cpio_refuses_every_truncation, make),
	    cmocka_unit_test_setup(cpio_survives_random_damage, make),
	    cmocka_unit_test_setup(cpio_refuses_files_that_start_inside_a_page, make),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
