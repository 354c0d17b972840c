/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page pool below the allocator.
 *
 * Requests of up to 16 pages are cut from arenas that are mapped ARENA bytes at a time (untouched
 * pages cost nothing), and up to KEEP freed runs of each length wait for the next request of that
 * length; longer ones go straight to the system. Callers of __malloc_pool_map with a short length
 * hold the allocator's lock already; __malloc_pool_unmap is called without it and takes it.
 *
 * Invariant: memory handed out is all zero. A run that was used before is cleared on its way out.
 */
#include <errno.h>
#include "glue.h"

constexpr size_t PAGE = PAGESIZE;
constexpr size_t POOLED = 16;
constexpr size_t ARENA = 64 * PAGE;
constexpr unsigned KEEP = 8;

struct run {
	struct run *next;
};

static struct run *kept[POOLED + 1];
static unsigned kept_count[POOLED + 1];
static unsigned char *arena;
static size_t arena_left;

static void *refuse(void)
{
	errno = ENOMEM;
	return MAP_FAILED;
}

/** Return length bytes (rounded up to pages) of zeroed memory, or MAP_FAILED and ENOMEM. */
void *__malloc_pool_map(size_t length)
{
	if (length > SIZE_MAX - PAGE)
		return refuse();
	size_t pages = (length + PAGE - 1) / PAGE;
	if (pages > POOLED) {
		void *mapped = __malloc_map(pages * PAGE);
		return mapped ? mapped : refuse();
	}
	struct run *run = kept[pages];
	if (run) {
		kept[pages] = run->next;
		kept_count[pages]--;
		return memset(run, 0, pages * PAGE);
	}
	if (arena_left < pages * PAGE) {
		unsigned char *mapped = __malloc_map(ARENA);
		if (!mapped)
			return refuse();
		if (arena_left)
			__malloc_unmap(arena, arena_left);
		arena = mapped;
		arena_left = ARENA;
	}
	void *cut = arena;
	arena += pages * PAGE;
	arena_left -= pages * PAGE;
	return cut;
}

/** Take back what __malloc_pool_map returned. */
void __malloc_pool_unmap(void *address, size_t length)
{
	size_t pages = (length + PAGE - 1) / PAGE;
	if (pages <= POOLED) {
		__malloc_lock();
		if (kept_count[pages] < KEEP) {
			struct run *run = address;
			run->next = kept[pages];
			kept[pages] = run;
			kept_count[pages]++;
			__malloc_unlock();
			return;
		}
		__malloc_unlock();
	}
	__malloc_unmap(address, pages * PAGE);
}
