/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which object is mapped where: a mapping alone does not keep its object (memory_object.idl), so its capability stays in a slot until the last page
 * of it is unmapped. A forked child has copies of both, the table and the slots. Entries lie in chunks of a page that are never given back.
 */
#include "posix.h"

#include "kn/vspace.h"

struct entry {
	uint64_t start, end; /* the whole range at first; trimmed at its ends */
	kn_cap slot;         /* KN_CAP_NONE: free */
};

#define CHUNK_ENTRIES ((KN_PAGE_SIZE - sizeof(void *)) / sizeof(struct entry))

struct chunk {
	struct chunk *next;
	struct entry entries[CHUNK_ENTRIES];
};

static struct chunk *chunks;
static unsigned used;
struct lock mapping_lock;

static struct chunk *make_chunk(void)
{
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t address;

	if (kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, 1, rw, rw, KN_VSPACE_MAP_PRIVATE, &address) != KN_OK)
		return nullptr;
	struct chunk *chunk = (struct chunk *)address;
	chunk->next = chunks;
	chunks = chunk;
	return chunk;
}

static struct entry *take(void)
{
	struct chunk *chunk = chunks;

	for (; chunk; chunk = chunk->next)
		for (unsigned i = 0; i < CHUNK_ENTRIES; i++)
			if (chunk->entries[i].slot == KN_CAP_NONE)
				return &chunk->entries[i];
	chunk = make_chunk();
	return chunk ? &chunk->entries[0] : nullptr;
}

bool mapping_keep(uint64_t start, uint64_t pages, kn_cap slot)
{
	lock_take(&mapping_lock);
	struct entry *entry = take();

	if (entry) {
		*entry = (struct entry){.start = start, .end = start + pages * KN_PAGE_SIZE, .slot = slot};
		used++;
	}
	lock_give(&mapping_lock);
	return entry;
}

/* Has nothing of it stayed: a range unmapped in its middle is only known by the kernel. */
static bool is_gone(const struct entry *entry)
{
	struct kn_region_info region;

	return entry->start >= entry->end || kn_vspace_query(KN_SLOT_VSPACE, entry->start, &region) != KN_OK ||
	       region.pages == 0 || region.address >= entry->end;
}

void mapping_forget(uint64_t start, uint64_t pages)
{
	const uint64_t end = start + pages * KN_PAGE_SIZE;

	if (used == 0)
		return;
	lock_take(&mapping_lock);
	for (struct chunk *chunk = chunks; chunk; chunk = chunk->next) {
		for (unsigned i = 0; i < CHUNK_ENTRIES; i++) {
			struct entry *entry = &chunk->entries[i];

			if (entry->slot == KN_CAP_NONE || start >= entry->end || end <= entry->start)
				continue;
			if (start <= entry->start)
				entry->start = end;
			else if (end >= entry->end)
				entry->end = start;
			if (!is_gone(entry))
				continue;
			slot_delete(entry->slot);
			entry->slot = KN_CAP_NONE;
			used--;
		}
	}
	lock_give(&mapping_lock);
}

void mapping_forked(void)
{
	mapping_lock.word = 0;
}
