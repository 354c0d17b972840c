/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of the device tree reader: GRUB's small tree, and trees that lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fdt.h"

#define STRINGS "linux,initrd-start\0linux,initrd-end"
#define START_NAME 0
#define END_NAME 19

static uint8_t *tree; /* malloc'ed to size, so that the sanitizer sees every step beyond it */
static uint8_t buffer[512];
static uint32_t used;

static void put(uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		buffer[used++] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_text(const char *text)
{
	memcpy(buffer + used, text, strlen(text) + 1);
	used += (uint32_t)(strlen(text) + 4) & ~3u;
}

static void put_property(uint32_t name, uint64_t value, uint32_t size)
{
	put(3);
	put(size);
	put(name);
	if (size == 8)
		put((uint32_t)(value >> 32));
	put((uint32_t)value);
}

static void begin(void)
{
	memset(buffer, 0, sizeof(buffer));
	used = 40;
	put(1);
	put_text("");
}

static bool finish(uint64_t *start, uint64_t *end)
{
	uint32_t strings, size;

	put(9);
	strings = used;
	memcpy(buffer + used, STRINGS, sizeof(STRINGS));
	size = strings + sizeof(STRINGS);
	used = 0;
	put(0xd00dfeed);
	put(size);
	put(40);
	put(strings);
	tree = malloc(size);
	memcpy(tree, buffer, size);
	return fdt_find_initrd(tree, start, end);
}

static int drop(void **)
{
	free(tree);
	tree = nullptr;
	return 0;
}

static void put_chosen(uint64_t start, uint64_t end, uint32_t size)
{
	put(1);
	put_text("chosen");
	put_property(START_NAME, start, size);
	put_property(END_NAME, end, size);
	put(2);
}

static void finds_64_bit_addresses(void **)
{
	uint64_t start = 0, end = 0;

	begin();
	put_chosen(0x1'2345'6000, 0x1'2345'9abc, 8);
	put(2);
	assert_true(finish(&start, &end));
	assert_int_equal(start, 0x1'2345'6000);
	assert_int_equal(end, 0x1'2345'9abc);
}

static void finds_32_bit_addresses(void **)
{
	uint64_t start = 0, end = 0;

	begin();
	put_chosen(0x4800'0000, 0x4800'1000, 4);
	put(2);
	assert_true(finish(&start, &end));
	assert_int_equal(start, 0x4800'0000);
}

static void skips_other_nodes_and_nops(void **)
{
	uint64_t start = 0, end = 0;

	begin();
	put(4);
	put(1);
	put_text("memory@0");
	put_property(START_NAME, 1, 8);
	put_property(END_NAME, 2, 8);
	put(2);
	put_chosen(0x1000, 0x2000, 8);
	put(2);
	assert_true(finish(&start, &end));
	assert_int_equal(start, 0x1000);
}

static void ignores_chosen_that_is_not_below_the_root(void **)
{
	uint64_t start = 7, end = 7;

	begin();
	put(1);
	put_text("deeper");
	put_chosen(0x1000, 0x2000, 8);
	put(2);
	put(2);
	assert_false(finish(&start, &end));
	assert_int_equal(start, 7);
}

static void refuses_an_empty_or_backward_range(void **)
{
	uint64_t start, end;

	begin();
	put_chosen(0x2000, 0x2000, 8);
	put(2);
	assert_false(finish(&start, &end));
	free(tree);
	begin();
	put_chosen(0x2000, 0x1000, 8);
	put(2);
	assert_false(finish(&start, &end));
}

static void refuses_a_bad_magic(void **)
{
	uint64_t start, end;

	begin();
	put_chosen(0x1000, 0x2000, 8);
	put(2);
	finish(&start, &end);
	tree[0] = 0;
	assert_false(fdt_find_initrd(tree, &start, &end));
}

static void refuses_a_property_longer_than_the_tree(void **)
{
	uint64_t start, end;

	begin();
	put(1);
	put_text("chosen");
	put(3);
	put(0xffff'fff0);
	put(START_NAME);
	assert_false(finish(&start, &end));
}

/* Every single-word corruption ends, and never reads outside (the sanitizer watches). */
static void survives_any_corrupted_word(void **)
{
	static const uint32_t lies[] = {0, 1, 3, 0x7fff'ffff, 0xffff'ffff, 0xffff'fffc};
	uint64_t start, end;
	uint32_t size;

	begin();
	put_chosen(0x1000, 0x2000, 8);
	put(2);
	finish(&start, &end);
	size = (uint32_t)tree[6] << 8 | tree[7];
	for (uint32_t at = 8; at + 4 <= size; at += 4) {
		uint8_t saved[4];

		memcpy(saved, tree + at, 4);
		for (unsigned i = 0; i < 6; i++) {
			for (unsigned b = 0; b < 4; b++)
				tree[at + b] = (uint8_t)(lies[i] >> (24 - 8 * b));
			fdt_find_initrd(tree, &start, &end);
		}
		memcpy(tree + at, saved, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(finds_64_bit_addresses, drop),
	    cmocka_unit_test_teardown(finds_32_bit_addresses, drop),
	    cmocka_unit_test_teardown(skips_other_nodes_and_nops, drop),
	    cmocka_unit_test_teardown(ignores_chosen_that_is_not_below_the_root, drop),
	    cmocka_unit_test_teardown(refuses_an_empty_or_backward_range, drop),
	    cmocka_unit_test_teardown(refuses_a_bad_magic, drop),
	    cmocka_unit_test_teardown(refuses_a_property_longer_than_the_tree, drop),
	    cmocka_unit_test_teardown(survives_any_corrupted_word, drop),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
