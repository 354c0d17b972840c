/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chunks for the heap from the program's own address space. Addresses are handed out upwards and not used
 * again: 2^44 bytes last for longer than any server runs.
 */
#include "heap_map.h"

#include "kn/vspace.h"
#include "uapi/error.h"
#include "uapi/types.h"

#define HEAP_BASE 0x200000000000ull
#define HEAP_END 0x300000000000ull
#define RANDOM_MASK 0xffffff

static uint64_t next = HEAP_BASE;

static bool (*more)(size_t pages);

void heap_set_more(bool (*get_more)(size_t pages))
{
	more = get_more;
}

void heap_randomise(uint64_t random)
{
	next += (random & RANDOM_MASK) * HEAP_CHUNK;
}

void *heap_map(size_t size)
{
	constexpr uint32_t prot = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	constexpr uint32_t flags = KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE |
	    KN_VSPACE_MAP_POPULATE;
	uint64_t address;

	if (size > HEAP_END - next)
		return nullptr;
	kn_status status =
	    kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, next, size / KN_PAGE_SIZE, prot, prot, flags, &address);

	if (status == KN_E_NO_MEMORY && more != nullptr && more(size / KN_PAGE_SIZE))
		status = kn_vspace_map(
		    KN_SLOT_VSPACE, KN_CAP_NONE, 0, next, size / KN_PAGE_SIZE, prot, prot, flags, &address);
	if (status != KN_OK)
		return nullptr;
	/* One chunk stays unmapped behind each mapping. */
	next += (size + HEAP_CHUNK - 1) / HEAP_CHUNK * HEAP_CHUNK + HEAP_CHUNK;
	return (void *)address;
}

void heap_unmap(void *memory, size_t size)
{
	(void)!kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)memory, size / KN_PAGE_SIZE);
}
