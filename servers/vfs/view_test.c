/* SPDX-License-Identifier: BSD-2-Clause */
/* What clients see without asking: sizes that are true, offsets that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "classes.h"
#include "open.h"
#include "shared_memory.h"
#include "test_fakes.h"
#include "view.h"

#define READ_WRITE (FILE_FLAG_READ | FILE_FLAG_WRITE)

static kn_cap object, size_page, position_page;

static struct description *file_with(const char *text, uint32_t flags)
{
	struct description *description;
	size_t done;

	fake_root();
	assert_int_equal(open_anonymous(&alice, flags, &description), KN_OK);
	description->inode->mode &= ~0111u;
	if (*text)
		assert_int_equal(contents_write(&description->inode->contents, 0, text, strlen(text), &done), KN_OK);
	return description;
}

static struct description *shown(const char *text)
{
	struct description *description = file_with(text, READ_WRITE);

	assert_int_equal(view_show(description, &object, &size_page, &position_page), KN_OK);
	return description;
}

static volatile struct file_view *size_of(struct description *description)
{
	return (volatile struct file_view *)description->inode->contents.view->data;
}

/* As a client writes it. */
static volatile uint64_t *offset_of(struct description *description)
{
	return &((struct file_position *)description->position->data)->offset;
}

static size_t read_some(struct description *description, char *to, size_t length)
{
	struct transfer transfer = {.data = (uint8_t *)to, .length = length, .offset = FILE_OFFSET_CURRENT};

	assert_int_equal(regular_class.read(description, &transfer), KN_OK);
	return transfer.done;
}

static void size_follows_writes_and_truncation(void **state)
{
	struct description *file = shown("hello");
	size_t done;

	assert_int_equal(size_of(file)->size, 5);
	assert_int_equal(size_of(file)->is_valid, 1);
	assert_int_equal(contents_write(&file->inode->contents, 5, "12345", 5, &done), KN_OK);
	assert_int_equal(size_of(file)->size, 10);
	assert_int_equal(contents_resize(&file->inode->contents, 3), KN_OK);
	assert_int_equal(size_of(file)->size, 3);
}

static void size_page_is_not_writable_by_clients(void **state)
{
	(void)shown("hello");
	/* The fake memory_for_client: 302 for readers, 303 for writers. */
	assert_int_equal(size_page, 302);
	assert_int_equal(object, 302);
	assert_int_equal(position_page, 303);
}

static void write_only_descriptions_have_no_view(void **state)
{
	struct description *file = file_with("secret", FILE_FLAG_WRITE);

	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_E_ACCESS);
	assert_null(file->position);
}

static void programs_and_empty_files_have_no_view(void **state)
{
	struct description *file = file_with("#!", READ_WRITE), *empty = file_with("", READ_WRITE);

	file->inode->mode |= 0100;
	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_E_NO_DEVICE);
	assert_int_equal(view_show(empty, &object, &size_page, &position_page), KN_E_NO_DEVICE);
}

static void files_with_holes_have_no_view(void **state)
{
	struct description *file = file_with("x", READ_WRITE);

	assert_int_equal(contents_resize(&file->inode->contents, 1 << 20), KN_OK);
	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_E_NO_DEVICE);
}

static void position_starts_at_the_offset_and_is_one_for_all(void **state)
{
	struct description *file = file_with("hello world", READ_WRITE);
	kn_cap again;
	char text[8];

	assert_int_equal(read_some(file, text, 6), 6);
	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_OK);
	assert_int_equal(*offset_of(file), 6);
	assert_int_equal(view_show(file, &object, &size_page, &again), KN_OK);
	assert_int_equal(again, position_page);
	*offset_of(file) = 4; /* a client has moved it */
	assert_int_equal(read_some(file, text, 3), 3);
	assert_memory_equal(text, "o w", 3);
	assert_int_equal(*offset_of(file), 7);
}

static void any_offset_a_client_writes_is_only_an_offset(void **state)
{
	static const uint64_t lies[] = {~0ull, ~0ull - 1, 1ull << 63, (1ull << 63) - 1, CONTENTS_SIZE_MAX, 6, 12};
	struct description *file = shown("hello");
	char text[8];

	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		uint64_t position;
		struct transfer write = {.data = (uint8_t *)"x", .length = 1, .offset = FILE_OFFSET_CURRENT};

		*offset_of(file) = lies[i];
		assert_int_equal(read_some(file, text, sizeof text), 0);
		assert_int_equal(*offset_of(file), lies[i]);
		assert_int_equal(regular_class.available(file), 0);
		kn_status status = description_seek(file, 1, FILE_SEEK_CURRENT, &position);
		assert_true(status == KN_OK || status == KN_E_INVALID_ARG);
		if (lies[i] >= CONTENTS_SIZE_MAX) {
			*offset_of(file) = lies[i];
			assert_int_equal(regular_class.write(file, &write), KN_E_FILE_TOO_LARGE);
			assert_int_equal(file->inode->contents.size, 5);
		}
	}
}

static void memory_that_is_replaced_ends_the_view(void **state)
{
	static const char archive[KN_PAGE_SIZE] = "from the archive";
	struct description *file = file_with("", READ_WRITE);
	struct contents *contents = &file->inode->contents;
	size_t done;

	contents_adopt(contents, archive, 16);
	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_OK);
	struct shared_memory *old = contents->view;
	volatile struct file_view *page = (volatile struct file_view *)old->data;
	assert_int_equal(page->is_valid, 1);
	assert_int_equal(page->size, 16);
	/* The fake gives the page back at once, so only that it was ended can be seen. */
	assert_int_equal(contents_write(contents, 0, "F", 1, &done), KN_OK);
	assert_null(contents->view);
	assert_int_equal(contents->form, CONTENTS_OBJECT);
}

static void views_end_with_the_description_and_the_file(void **state)
{
	long before = fake_objects, pages = fake_pages_left;
	struct description *file = shown("hello");
	struct contents *contents = &file->inode->contents;

	assert_int_equal(fake_objects, before + 3);
	position_end(file);
	position_end(file);
	contents_destroy(contents);
	*contents = (struct contents){};
	assert_int_equal(fake_objects, before);
	assert_int_equal(fake_pages_left, pages);
}

static void no_memory_leaves_no_half_view(void **state)
{
	struct description *file = file_with("hello", READ_WRITE);

	assert_int_equal(contents_map(&file->inode->contents, false, false, &object), KN_OK);
	long objects = fake_objects, pages = fake_pages_left;
	fake_pages_left = 0;
	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_E_NO_MEMORY);
	assert_int_equal(fake_objects, objects);
	fake_pages_left = 1;
	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_E_NO_MEMORY);
	assert_null(file->position);
	fake_pages_left = pages;
	assert_int_equal(view_show(file, &object, &size_page, &position_page), KN_OK);
}

static void a_client_that_takes_the_bytes_first_is_not_overtaken(void **state)
{
	struct description *file = shown("hello");

	*offset_of(file) = 2;
	assert_false(position_advance(file, 0, 3));
	assert_int_equal(*offset_of(file), 2);
	assert_true(position_advance(file, 2, 3));
	assert_int_equal(*offset_of(file), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(size_follows_writes_and_truncation),
	    cmocka_unit_test(size_page_is_not_writable_by_clients),
	    cmocka_unit_test(write_only_descriptions_have_no_view),
	    cmocka_unit_test(programs_and_empty_files_have_no_view),
	    cmocka_unit_test(files_with_holes_have_no_view),
	    cmocka_unit_test(position_starts_at_the_offset_and_is_one_for_all),
	    cmocka_unit_test(any_offset_a_client_writes_is_only_an_offset),
	    cmocka_unit_test(memory_that_is_replaced_ends_the_view),
	    cmocka_unit_test(views_end_with_the_description_and_the_file),
	    cmocka_unit_test(no_memory_leaves_no_half_view),
	    cmocka_unit_test(a_client_that_takes_the_bytes_first_is_not_overtaken),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
