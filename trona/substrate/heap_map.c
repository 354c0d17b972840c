/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chunks for the heap from the program's own address space. Addresses are handed out upwards and not used
 * again: 2^44 bytes last for longer than any server runs.
 *
 * POPULATE fills what there are frames for and what one step of the kernel allows, and says nothing of the rest. A page that is missing
 * would be a fault at its first use, which a server does not survive, so the pages are counted: a mapping that cannot be filled is none.
 */
#include "heap_map.h"

#include "kn/vspace.h"
#include "trona/heap.h"
#include "uapi/error.h"
#include "uapi/types.h"

#define HEAP_BASE 0x200000000000ull
#define HEAP_END 0x300000000000ull
#define RANDOM_MASK 0xffffff

static uint64_t next = HEAP_BASE;
static size_t mapped_bytes;

static bool (*more)(size_t pages);
static bool (*check)(size_t pages);

void heap_set_more(bool (*get_more)(size_t pages))
{
	more = get_more;
}

void heap_set_check(bool (*may_map)(size_t pages))
{
	check = may_map;
}

size_t heap_mapped(void)
{
	return mapped_bytes;
}

void heap_randomise(uint64_t random)
{
	next += (random & RANDOM_MASK) * HEAP_CHUNK;
}

/* Private pages of this program. */
static uint64_t count_pages(void)
{
	uint64_t mapped, committed = 0, tables;

	(void)!kn_vspace_usage(KN_SLOT_VSPACE, &mapped, &committed, &tables);
	return committed;
}

/* Maps zeroed memory over the range; what was there must be untouched. */
static kn_status map(uint64_t address, uint64_t pages)
{
	constexpr uint32_t prot = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	constexpr uint32_t flags = KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_POPULATE;
	uint64_t mapped;

	return kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, address, pages, prot, prot, flags, &mapped);
}

/* All pages, or as many as there are frames for: false. Filled from the start on, so the rest is one range. */
static bool fill(uint64_t address, uint64_t pages)
{
	const uint64_t before = count_pages();
	uint64_t done = 0;
	bool has_asked = false;

	for (;;) {
		const kn_status status = map(address + done * KN_PAGE_SIZE, pages - done);
		const uint64_t now = status == KN_OK ? count_pages() - before : done;

		if (now >= pages)
			return true;
		if (status != KN_OK && status != KN_E_NO_MEMORY)
			return false;
		if (now == done) { /* no frame: once more with new ones */
			if (has_asked || more == nullptr || !more(pages - done))
				return false;
		}
		has_asked = now == done;
		done = now;
	}
}

void *heap_map(size_t size)
{
	const uint64_t address = next, pages = size / KN_PAGE_SIZE;

	if (size > HEAP_END - next || (check != nullptr && !check(pages)))
		return nullptr;
	/* One chunk stays unmapped behind each mapping. */
	next += (size + HEAP_CHUNK - 1) / HEAP_CHUNK * HEAP_CHUNK + HEAP_CHUNK;
	if (!fill(address, pages)) {
		(void)!kn_vspace_unmap(KN_SLOT_VSPACE, address, pages);
		return nullptr;
	}
	mapped_bytes += size;
	return (void *)address;
}

void heap_unmap(void *memory, size_t size)
{
	mapped_bytes -= size;
	(void)!kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)memory, size / KN_PAGE_SIZE);
}
