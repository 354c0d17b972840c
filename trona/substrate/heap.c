/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trona/heap.h. Memory comes in chunks of 64 KiB, aligned to their size, so that a block's chunk is a mask away.
 * Page 0 of a chunk is its head; each of the 15 others is free, part of a run of pages (one block larger than
 * SMALL_MAX), or holds blocks of one size class. A block larger than 15 pages has a mapping of its own, with a page
 * in front of it for its size.
 *
 * Invariants: a class page is in its class' `partial` list exactly while it has a free block; a chunk is in `chunks` exactly
 * while it has a free page. One empty chunk is kept, others are given back.
 */
#include "trona/heap.h"

#include "heap_map.h"
#include "trona/list.h"
#include "uapi/types.h"

#define PAGE KN_PAGE_SIZE
#define CHUNK_PAGES (HEAP_CHUNK / PAGE)
#define RUN_PAGES_MAX (CHUNK_PAGES - 1)
#define SMALL_MAX 2048
#define CHUNKS_TRIED 16
#define CHUNK_MAGIC 0x6b6e756863u
#define HUGE_MAGIC 0x6567756868u

enum page_use : uint8_t { PAGE_FREE, PAGE_SMALL, PAGE_RUN, PAGE_RUN_TAIL };

struct page_info {
	struct list partial;     /* PAGE_SMALL with free blocks */
	struct free_block *free; /* given back blocks */
	enum page_use use;
	uint8_t class;
	uint16_t used;           /* blocks in use, or pages of the run */
	uint16_t fresh;          /* blocks from here on were never used */
};

struct free_block {
	struct free_block *next;
};

struct chunk {
	uint64_t magic;
	size_t huge_size;        /* of a mapping of its own, head page included */
	struct list link;
	unsigned free_pages;
	struct page_info pages[CHUNK_PAGES];
};

static_assert(sizeof(struct chunk) <= PAGE);

static const uint16_t class_size[] = {16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512, 672, 816, 1024,
	1360, SMALL_MAX};
#define CLASS_COUNT (sizeof(class_size) / sizeof(class_size[0]))

static uint8_t class_of_size[SMALL_MAX / 16 + 1];
static struct list partial[CLASS_COUNT];
static struct list chunks;
static unsigned empty_chunks;
static size_t in_use;

static void initialise(void)
{
	unsigned class = 0;

	list_init(&chunks);
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		list_init(&partial[i]);
	for (unsigned i = 0; i <= SMALL_MAX / 16; i++) {
		if (i * 16 > class_size[class])
			class++;
		class_of_size[i] = (uint8_t)class;
	}
}

static struct chunk *chunk_of(void *block)
{
	return (struct chunk *)((uintptr_t)block & ~(uintptr_t)(HEAP_CHUNK - 1));
}

static struct chunk *new_chunk(void)
{
	struct chunk *chunk = heap_map(HEAP_CHUNK);

	if (chunk == nullptr)
		return nullptr;
	chunk->magic = CHUNK_MAGIC;
	chunk->free_pages = RUN_PAGES_MAX;
	list_append(&chunks, &chunk->link);
	empty_chunks++;
	return chunk;
}

/* First page of a run of free pages, or 0. */
static unsigned find_run(const struct chunk *chunk, unsigned count)
{
	unsigned run = 0;

	for (unsigned i = 1; i < CHUNK_PAGES; i++) {
		run = chunk->pages[i].use == PAGE_FREE ? run + 1 : 0;
		if (run == count)
			return i - count + 1;
	}
	return 0;
}

static struct page_info *take_pages(unsigned count, struct chunk **where)
{
	unsigned tried = 0, at = 0;
	struct chunk *chunk = nullptr;

	list_for_each(node, &chunks) {
		if (tried++ == CHUNKS_TRIED)
			break;
		chunk = list_entry(node, struct chunk, link);
		at = find_run(chunk, count);
		if (at != 0)
			break;
	}
	if (at == 0) {
		chunk = new_chunk();
		if (chunk == nullptr)
			return nullptr;
		at = 1;
	}
	if (chunk->free_pages == RUN_PAGES_MAX)
		empty_chunks--;
	chunk->free_pages -= count;
	if (chunk->free_pages == 0)
		list_remove(&chunk->link);
	for (unsigned i = 0; i < count; i++)
		chunk->pages[at + i].use = PAGE_RUN_TAIL;
	chunk->pages[at].use = PAGE_RUN;
	chunk->pages[at].used = (uint16_t)count;
	*where = chunk;
	return &chunk->pages[at];
}

static void give_pages(struct chunk *chunk, struct page_info *page, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		page[i] = (struct page_info){};
	if (chunk->free_pages == 0)
		list_prepend(&chunks, &chunk->link);
	chunk->free_pages += count;
	if (chunk->free_pages < RUN_PAGES_MAX)
		return;
	if (empty_chunks > 0) {
		list_remove(&chunk->link);
		heap_unmap(chunk, HEAP_CHUNK);
		return;
	}
	empty_chunks++;
}

static char *page_memory(struct chunk *chunk, const struct page_info *page)
{
	return (char *)chunk + (size_t)(page - chunk->pages) * PAGE;
}

static void *alloc_small(unsigned class)
{
	struct list *node = list_first(&partial[class]);
	struct page_info *page;
	struct chunk *chunk;
	void *block;

	if (node != nullptr) {
		page = list_entry(node, struct page_info, partial);
		chunk = chunk_of(page);
	} else {
		page = take_pages(1, &chunk);
		if (page == nullptr)
			return nullptr;
		*page = (struct page_info){.use = PAGE_SMALL, .class = (uint8_t)class};
		list_append(&partial[class], &page->partial);
	}
	unsigned size = class_size[class];

	if (page->free != nullptr) {
		block = page->free;
		page->free = page->free->next;
	} else {
		block = page_memory(chunk, page) + page->fresh++ * size;
	}
	page->used++;
	if (page->used == PAGE / size)
		list_remove(&page->partial);
	in_use += size;
	return block;
}

static void free_small(struct chunk *chunk, struct page_info *page, void *block)
{
	unsigned size = class_size[page->class];
	struct free_block *free = block;

	in_use -= size;
	if (page->used == PAGE / size)
		list_append(&partial[page->class], &page->partial);
	free->next = page->free;
	page->free = free;
	page->used--;
	if (page->used == 0) {
		list_remove(&page->partial);
		give_pages(chunk, page, 1);
	}
}

static void *alloc_huge(size_t size)
{
	if (size > SIZE_MAX / 2)
		return nullptr;
	size = (size + PAGE - 1) / PAGE * PAGE + PAGE;
	struct chunk *chunk = heap_map(size);

	if (chunk == nullptr)
		return nullptr;
	chunk->magic = HUGE_MAGIC;
	chunk->huge_size = size;
	in_use += size - PAGE;
	return (char *)chunk + PAGE;
}

void *heap_alloc(size_t size)
{
	struct chunk *chunk;

	if (size == 0)
		return nullptr;
	if (chunks.next == nullptr)
		initialise();
	if (size <= SMALL_MAX)
		return alloc_small(class_of_size[(size + 15) / 16]);
	if (size > RUN_PAGES_MAX * PAGE)
		return alloc_huge(size);
	unsigned count = (unsigned)((size + PAGE - 1) / PAGE);
	struct page_info *page = take_pages(count, &chunk);

	if (page == nullptr)
		return nullptr;
	in_use += count * PAGE;
	return page_memory(chunk, page);
}

static size_t size_of(void *block)
{
	struct chunk *chunk = chunk_of(block);

	if (chunk->magic == HUGE_MAGIC)
		return chunk->huge_size - PAGE;
	struct page_info *page = &chunk->pages[((uintptr_t)block - (uintptr_t)chunk) / PAGE];

	return page->use == PAGE_SMALL ? class_size[page->class] : (size_t)page->used * PAGE;
}

void heap_free(void *block)
{
	if (block == nullptr)
		return;
	struct chunk *chunk = chunk_of(block);

	if (chunk->magic == HUGE_MAGIC) {
		in_use -= chunk->huge_size - PAGE;
		heap_unmap(chunk, chunk->huge_size);
		return;
	}
	struct page_info *page = &chunk->pages[((uintptr_t)block - (uintptr_t)chunk) / PAGE];

	/* A block that is not ours is our own bug: stop here rather than hand memory out twice. */
	if (chunk->magic != CHUNK_MAGIC || (page->use != PAGE_SMALL && page->use != PAGE_RUN))
		__builtin_trap();
	if (page->use == PAGE_SMALL) {
		free_small(chunk, page, block);
		return;
	}
	in_use -= (size_t)page->used * PAGE;
	give_pages(chunk, page, page->used);
}

void *heap_calloc(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return nullptr;
	void *block = heap_alloc(bytes);

	if (block != nullptr && bytes <= RUN_PAGES_MAX * PAGE)
		__builtin_memset(block, 0, bytes);
	return block;
}

void *heap_realloc(void *block, size_t size)
{
	if (block == nullptr)
		return heap_alloc(size);
	size_t old = size_of(block);

	if (size <= old && size > old / 2)
		return block;
	void *moved = heap_alloc(size);

	if (moved == nullptr)
		return nullptr;
	__builtin_memcpy(moved, block, old < size ? old : size);
	heap_free(block);
	return moved;
}

size_t heap_in_use(void)
{
	return in_use;
}
