/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages of a memory object, see page_map.h. */
#include "mm/page_map.h"

#include "core/work.h"
pte_t *page_map_find(struct page_map *map, uint64_t page)
{
	if (page < PAGE_MAP_DIRECT)
		return &map->direct[page];
	return table_find(&map->tree, page << PAGE_SHIFT);
}

kn_status page_map_ensure(struct page_map *map, struct pool *pool, uint64_t page, pte_t **entry)
{
	invariant(page < PAGE_MAP_MAX_PAGES);
	if (page < PAGE_MAP_DIRECT) {
		*entry = &map->direct[page];
		return KN_OK;
	}
	map->tree.kind = FRAME_METADATA;
	return table_ensure(&map->tree, pool, page << PAGE_SHIFT, entry);
}

void page_map_set(struct page_map *map, pte_t *entry, uint64_t value)
{
	if (entry >= map->direct && entry < map->direct + PAGE_MAP_DIRECT)
		entry->raw = value;
	else
		table_set(entry, (pte_t){value});
}

void page_map_prune(struct page_map *map, struct pool *pool, uint64_t page)
{
	if (page >= PAGE_MAP_DIRECT)
		(void)table_prune(&map->tree, pool, page << PAGE_SHIFT);
}

pte_t *page_map_next(struct page_map *map, uint64_t *page, uint64_t end)
{
	for (; *page < end && *page < PAGE_MAP_DIRECT; ++*page)
		if (map->direct[*page].raw != 0)
			return &map->direct[*page];

	uint64_t offset = *page << PAGE_SHIFT;
	pte_t *leaf;

	while ((leaf = table_next(&map->tree, &offset, end << PAGE_SHIFT))) {
		unsigned first = leaf_index(offset), i = first;

		for (; i < TABLE_ENTRIES && offset < end << PAGE_SHIFT; i++, offset += PAGE_SIZE) {
			if (leaf[i].raw != 0)
				break;
		}
		(void)work_step(i - first);
		if (i < TABLE_ENTRIES && offset < end << PAGE_SHIFT) {
			*page = offset >> PAGE_SHIFT;
			return &leaf[i];
		}
	}
	*page = end;
	return nullptr;
}
