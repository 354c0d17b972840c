/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making kernel mappings. Shared by both machines and the EFI loader so that there is one idea of
 * what a kernel mapping looks like. Mappings are only ever added, so no invalidation is needed here:
 * an entry that was invalid cannot be in a TLB (ARM ARM D8.16.1; Intel SDM vol. 3, 4.10.4.3).
 */
#include "mm/kernel_map.h"

#define ENTRIES 512

static uint64_t level_size(unsigned level)
{
	return 1ull << (PAGE_SHIFT + 9 * level);
}

static pte_t *table_at(const struct table_pool *pool, uint64_t physical)
{
	return (pte_t *)(uintptr_t)(physical + pool->offset);
}

/* The entry of `address` at `level`; missing tables on the way are taken from the pool. */
static pte_t *entry_at(struct table_pool *pool, uint64_t root, uint64_t address, unsigned level)
{
	uint64_t table = root;

	for (unsigned walk = 3;; walk--) {
		pte_t *entry = table_at(pool, table) + (address / level_size(walk)) % ENTRIES;

		if (walk == level || pte_is_leaf(*entry, walk))
			return entry;
		if (!pte_is_present(*entry)) {
			if (pool->next == pool->end)
				return nullptr;
			*entry = pte_table(paddr(pool->next));
			pool->next += PAGE_SIZE;
		}
		table = pte_paddr(*entry).raw;
	}
}

bool kernel_map(struct table_pool *pool, uint64_t root, uint64_t address, uint64_t physical,
    uint64_t size, unsigned perms, unsigned memory_type, unsigned largest_level)
{
	while (size) {
		unsigned level = largest_level;

		while (level && ((address | physical) % level_size(level) || size < level_size(level)))
			level--;

		pte_t *entry = entry_at(pool, root, address, level);

		if (!entry)
			return false;
		if (!pte_is_present(*entry)) {
			pte_t leaf = pte_leaf(paddr(physical), perms, memory_type);

			*entry = level ? pte_large(leaf) : leaf;
		}
		address += level_size(level);
		physical += level_size(level);
		size -= level_size(level);
	}
	return true;
}
