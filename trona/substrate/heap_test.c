/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <sys/mman.h>

#include "heap_map.h"
#include "trona/array.h"
#include "trona/heap.h"

static long budget = -1, mapped;

void *heap_map(size_t size)
{
	if (budget == 0)
		return nullptr;
	budget -= budget > 0;
	mapped += (long)size;
	char *raw = mmap(nullptr, size + HEAP_CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(raw, MAP_FAILED);
	/* The slack around an aligned mapping is left: a test may. */
	return (void *)(((uintptr_t)raw + HEAP_CHUNK - 1) & ~(uintptr_t)(HEAP_CHUNK - 1));
}

void heap_unmap(void *memory, size_t size)
{
	mapped -= (long)size;
	munmap(memory, size);
}

static void heap_blocks_do_not_overlap(void **state)
{
	static struct {
		unsigned char *at;
		size_t size;
	} blocks[400];

	srandom(2);
	for (int i = 0; i < 40000; i++) {
		int n = (int)(random() % 400);

		if (blocks[n].at != nullptr) {
			for (size_t j = 0; j < blocks[n].size; j += 7)
				assert_int_equal(blocks[n].at[j], n & 255);
			heap_free(blocks[n].at);
			blocks[n].at = nullptr;
			continue;
		}
		size_t size = 1 + (size_t)random() % (random() % 20 == 0 ? 200000 : random() % 4 == 0 ? 20000 : 300);

		blocks[n].at = heap_alloc(size);
		blocks[n].size = size;
		assert_non_null(blocks[n].at);
		assert_int_equal((uintptr_t)blocks[n].at % 16, 0);
		memset(blocks[n].at, n & 255, size);
	}
	for (int n = 0; n < 400; n++)
		heap_free(blocks[n].at);
	assert_int_equal(heap_in_use(), 0);
	/* One empty chunk may be kept. */
	assert_true(mapped <= HEAP_CHUNK);
}

static void heap_calloc_is_zero_even_when_reused(void **state)
{
	for (size_t size = 1; size < 300000; size = size * 3 + 1) {
		unsigned char *block = heap_alloc(size);

		memset(block, 0xff, size);
		heap_free(block);
		block = heap_calloc(1, size);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(block[i], 0);
		heap_free(block);
	}
	assert_null(heap_calloc(SIZE_MAX / 2, 3));
}

static void heap_realloc_keeps_the_contents(void **state)
{
	unsigned char *block = nullptr;

	for (size_t size = 1; size < 500000; size = size * 2 + 1) {
		block = heap_realloc(block, size);
		assert_non_null(block);
		for (size_t i = 0; i < size / 2; i++)
			assert_int_equal(block[i], i & 255);
		for (size_t i = 0; i < size; i++)
			block[i] = i & 255;
	}
	block = heap_realloc(block, 10);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(block[i], i);
	heap_free(block);
	assert_int_equal(heap_in_use(), 0);
}

static void heap_out_of_memory_is_a_null_pointer(void **state)
{
	void *blocks[64];
	unsigned count = 0;

	budget = 1;
	while (count < 64 && (blocks[count] = heap_alloc(4096)) != nullptr)
		count++;
	/* What the kept chunk and one more have room for. */
	assert_in_range(count, 15, 30);
	assert_null(heap_alloc(1000000));
	assert_null(heap_alloc(SIZE_MAX));
	assert_null(heap_alloc(0));
	assert_null(heap_realloc(blocks[0], 100000));
	budget = -1;
	while (count > 0)
		heap_free(blocks[--count]);
	assert_int_equal(heap_in_use(), 0);
}

static void array_growth_zeroes_what_is_new(void **state)
{
	int *items = nullptr;
	size_t capacity = 0;

	for (size_t i = 0; i < 1000; i++) {
		assert_true(array_reserve(&items, &capacity, i + 1));
		assert_int_equal(items[i], 0);
		items[i] = (int)i + 1;
	}
	budget = 0;
	assert_false(array_reserve(&items, &capacity, 10000000));
	budget = -1;
	assert_int_equal(items[999], 1000);
	heap_free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(heap_blocks_do_not_overlap),
	    cmocka_unit_test(heap_calloc_is_zero_even_when_reused),
	    cmocka_unit_test(heap_realloc_keeps_the_contents),
	    cmocka_unit_test(heap_out_of_memory_is_a_null_pointer),
	    cmocka_unit_test(array_growth_zeroes_what_is_new),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
