/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_heap.h"

#include <stdlib.h>

#include "trona/heap.h"

long fake_heap_budget = -1;
long fake_heap_blocks;

static bool may_allocate(void)
{
	if (fake_heap_budget == 0)
		return false;
	if (fake_heap_budget > 0)
		fake_heap_budget--;
	return true;
}

void *heap_alloc(size_t size)
{
	void *block = size != 0 && may_allocate() ? malloc(size) : nullptr;

	fake_heap_blocks += block != nullptr;
	return block;
}

void *heap_calloc(size_t count, size_t size)
{
	void *block = count != 0 && size != 0 && may_allocate() ? calloc(count, size) : nullptr;

	fake_heap_blocks += block != nullptr;
	return block;
}

void *heap_realloc(void *block, size_t size)
{
	if (block == nullptr)
		return heap_alloc(size);
	return may_allocate() ? realloc(block, size) : nullptr;
}

void heap_free(void *block)
{
	fake_heap_blocks -= block != nullptr;
	free(block);
}

size_t heap_in_use(void)
{
	return (size_t)fake_heap_blocks;
}
