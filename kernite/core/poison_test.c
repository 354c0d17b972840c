/* SPDX-License-Identifier: BSD-2-Clause */
/* Freed memory that was written to is found when it is used again; what was never freed is left alone. */
#include "core/poison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static jmp_buf in_panic;
static alignas(PAGE_SIZE) uint8_t page[PAGE_SIZE];

/* Instead of test/lib/fake_kernel.c's, which ends the test. */
void panic(const char *format, ...)
{
	longjmp(in_panic, 1);
}

#define is_caught(call) (setjmp(in_panic) ? true : ((call), false))

static void any_byte_of_a_freed_object_is_watched(void **state)
{
	for (size_t i = 0; i < PAGE_SIZE; i++) {
		poison_fill(page, PAGE_SIZE);
		assert_false(is_caught(poison_check(page, PAGE_SIZE, POISON_LINE)));
		page[i] ^= 1;
		assert_true(is_caught(poison_check(page, PAGE_SIZE, POISON_LINE)));
	}
}

static void only_what_was_freed_is_watched(void **state)
{
	memset(page, 0x55, PAGE_SIZE);
	poison_fill(page + 128, 256);
	page[127] = page[384] = 1;
	assert_false(is_caught(poison_check(page, PAGE_SIZE, POISON_LINE)));
	page[128] ^= 1;
	assert_true(is_caught(poison_check(page, PAGE_SIZE, POISON_LINE)));
}

static void a_copy_of_poison_is_none(void **state)
{
	poison_fill(page, 64);
	memcpy(page + 64, page, 64);
	assert_true(is_caught(poison_check(page, 128, 128)));
	memcpy(page, page + 64, 8);
	assert_false(is_caught(poison_check(page, 64, 64)));
}

static void a_page_that_is_said_to_be_zero_is(void **state)
{
	memset(page, 0, PAGE_SIZE);
	assert_false(is_caught(poison_check_zero(page)));
	page[PAGE_SIZE - 1] = 1;
	assert_true(is_caught(poison_check_zero(page)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_byte_of_a_freed_object_is_watched),
	    cmocka_unit_test(only_what_was_freed_is_watched),
	    cmocka_unit_test(a_copy_of_poison_is_none),
	    cmocka_unit_test(a_page_that_is_said_to_be_zero_is),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
