/* SPDX-License-Identifier: BSD-2-Clause */
/* objsrv's own pages come out of the memory that it gives out, and the heap never gets the last ones. */
#include "check.h"
#include "fake_caps.h"
#include "fake_heap.h"

#include "account.h"
#include "block.h"
#include "frames.h"
#include "kn/pool.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "uapi/error.h"

#define MEMORY 11
#define MEMORY_BITS 24
#define POOL 12

static uint64_t free_pages;
static size_t mapped;
static bool (*may_map)(size_t pages);

size_t heap_mapped(void)
{
	return mapped;
}

void heap_set_check(bool (*check)(size_t pages))
{
	may_map = check;
}

kn_status kn_pool_info(kn_cap self, struct kn_pool_info *info)
{
	assert_int_equal(self, POOL);
	*info = (struct kn_pool_info){.free = free_pages};
	return KN_OK;
}

kn_status kn_pool_refill(kn_cap self, kn_cap untyped)
{
	assert_int_equal(self, POOL);
	free_pages += 1ull << (fake_cap(untyped)->bits - KN_PAGE_SHIFT);
	return KN_OK;
}

static int once(void **state)
{
	fake_caps_reset();
	slots_init(32, 900, nullptr);
	fake_caps_untyped(MEMORY, MEMORY_BITS);
	blocks_init();
	assert_int_equal(accounts_init(), KN_OK);
	assert_int_equal(blocks_add(MEMORY, MEMORY_BITS), KN_OK);
	frames_init(POOL);
	return 0;
}

static void frames_are_taken_as_the_heap_grows(void **state)
{
	free_pages = 200;
	mapped = 65536;
	assert_true(frames_are_due());
	frames_keep();
	assert_false(frames_are_due());
	assert_int_equal(frames_count(), 0);
	mapped = 1 << 20;
	free_pages = 100;
	assert_true(frames_are_due());
	frames_keep();
	assert_int_equal(frames_count(), 1);
	assert_int_equal(frames_bytes(), 1 << 20);
	assert_int_equal(blocks_free_bytes(), (1 << MEMORY_BITS) - (1 << 20));
	mapped = 4 << 20; /* much at once */
	frames_keep();
	assert_true(free_pages >= 512);
}

static void the_last_pages_are_not_the_heaps(void **state)
{
	free_pages = 48;
	assert_true(may_map(16));
	assert_false(may_map(17));
	free_pages = 0;
	assert_false(may_map(0));
}

static void without_blocks_the_heap_is_refused_and_nothing_else_happens(void **state)
{
	struct block *block;

	for (uint8_t bits = MEMORY_BITS; bits >= BLOCK_BITS_MIN; bits--)
		while (block_take(bits, &block) == KN_OK)
			;
	const uint64_t before = frames_count();

	free_pages = 40;
	mapped = 8 << 20;
	frames_keep();
	assert_int_equal(frames_count(), before);
	assert_int_equal(free_pages, 40);
	assert_false(may_map(16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frames_are_taken_as_the_heap_grows),
	    cmocka_unit_test(the_last_pages_are_not_the_heaps),
	    cmocka_unit_test(without_blocks_the_heap_is_refused_and_nothing_else_happens),
	};
	return cmocka_run_group_tests(tests, once, nullptr);
}
