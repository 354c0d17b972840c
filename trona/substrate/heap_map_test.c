/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap's mappings over a kernel that fills what it can: memory that cannot be filled is refused, not mapped in part. */
#include "check.h"

#include "heap_map.h"
#include "kn/vspace.h"
#include "trona/heap.h"
#include "uapi/error.h"

#define PAGES (HEAP_CHUNK / KN_PAGE_SIZE)

static uint64_t committed, mapped, lowest, highest;
static uint64_t frames, step; /* what the kernel has; what it fills in one call */
static unsigned asked;
static size_t granted;
static bool is_allowed;

kn_status kn_vspace_map(kn_cap self, kn_cap object, uint64_t offset, uint64_t address, uint64_t pages, uint32_t prot,
    uint32_t max_prot, uint32_t flags, uint64_t *at)
{
	uint64_t filled = pages < step ? pages : step;

	assert_true(flags & KN_VSPACE_MAP_POPULATE);
	if (mapped == 0)
		lowest = address;
	/* Only what is not filled is mapped again. */
	assert_true(mapped == 0 || address >= lowest + committed * KN_PAGE_SIZE);
	highest = address + pages * KN_PAGE_SIZE;
	mapped = (highest - lowest) / KN_PAGE_SIZE;
	filled = filled < frames ? filled : frames;
	frames -= filled;
	committed += filled;
	*at = address;
	return KN_OK;
}

kn_status kn_vspace_unmap(kn_cap self, uint64_t address, uint64_t pages)
{
	assert_int_equal(address, lowest);
	assert_int_equal(pages, mapped);
	frames += committed;
	committed = mapped = 0;
	return KN_OK;
}

kn_status kn_vspace_usage(kn_cap self, uint64_t *all, uint64_t *private, uint64_t *tables)
{
	*all = mapped;
	*private = committed;
	*tables = 0;
	return KN_OK;
}

static bool get_frames(size_t pages)
{
	asked++;
	frames += granted;
	return granted != 0;
}

static bool may_map(size_t pages)
{
	return is_allowed;
}

static int fresh(void **state)
{
	frames = step = 1000;
	committed = mapped = asked = 0;
	granted = 0;
	heap_set_more(nullptr);
	heap_set_check(nullptr);
	return 0;
}

static void memory_is_filled_in_as_many_steps_as_it_takes(void **state)
{
	step = 3;
	void *memory = heap_map(HEAP_CHUNK);
	assert_non_null(memory);
	assert_int_equal(committed, PAGES);
	assert_int_equal(heap_mapped(), HEAP_CHUNK);
	heap_unmap(memory, HEAP_CHUNK);
	assert_int_equal(heap_mapped(), 0);
}

static void what_cannot_be_filled_is_refused(void **state)
{
	for (frames = 0; frames < PAGES; frames++) {
		const uint64_t before = frames;

		assert_null(heap_map(HEAP_CHUNK));
		assert_int_equal(mapped, 0);
		assert_int_equal(frames, before);
		assert_int_equal(heap_mapped(), 0);
	}
}

static void new_frames_are_asked_for(void **state)
{
	heap_set_more(get_frames);
	frames = 2;
	granted = 5;
	void *memory = heap_map(HEAP_CHUNK);
	assert_non_null(memory);
	assert_int_equal(asked, 3);
	heap_unmap(memory, HEAP_CHUNK);
}

static void who_has_none_is_asked_once(void **state)
{
	heap_set_more(get_frames);
	frames = 2;
	assert_null(heap_map(HEAP_CHUNK));
	assert_int_equal(asked, 1);
	assert_int_equal(mapped, 0);
}

static void some_pages_can_be_kept_from_the_heap(void **state)
{
	heap_set_check(may_map);
	is_allowed = false;
	assert_null(heap_map(HEAP_CHUNK));
	assert_int_equal(mapped, 0);
	is_allowed = true;
	void *memory = heap_map(HEAP_CHUNK);
	assert_non_null(memory);
	heap_unmap(memory, HEAP_CHUNK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(memory_is_filled_in_as_many_steps_as_it_takes, fresh),
	    cmocka_unit_test_setup(what_cannot_be_filled_is_refused, fresh),
	    cmocka_unit_test_setup(new_frames_are_asked_for, fresh),
	    cmocka_unit_test_setup(who_has_none_is_asked_once, fresh),
	    cmocka_unit_test_setup(some_pages_can_be_kept_from_the_heap, fresh),
	};
	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
