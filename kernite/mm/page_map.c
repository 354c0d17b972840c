/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The radix tree of a memory object, see page_map.h. Inner entries are the bare address of the next
 * node. Freed nodes are all zero, because every entry was taken back one by one; so they serve
 * again uncleared.
 */
#include "mm/page_map.h"

#include "object/pool.h"

#define NODE_BITS 9
#define NODE_ENTRIES (1u << NODE_BITS)
#define HEIGHT_MAX 4

static uint64_t *node_at(paddr_t frame)
{
	return phys_to_virt(frame);
}

static unsigned index_at(uint64_t page, unsigned level)
{
	return page >> (level * NODE_BITS) & (NODE_ENTRIES - 1);
}

static bool is_covered(const struct page_map *map, uint64_t page)
{
	return page >> (map->height * NODE_BITS) == 0;
}

page_entry *page_map_find(struct page_map *map, uint64_t page)
{
	paddr_t node = map->root;

	if (page < PAGE_MAP_DIRECT)
		return &map->direct[page];
	if (node.raw == 0 || !is_covered(map, page))
		return nullptr;
	for (unsigned level = map->height - 1; level > 0; level--) {
		node = paddr(node_at(node)[index_at(page, level)]);
		if (node.raw == 0)
			return nullptr;
	}
	return &node_at(node)[index_at(page, 0)];
}

/* Put roots on top until the tree reaches `page`. */
static kn_status grow(struct page_map *map, struct pool *pool, uint64_t page)
{
	unsigned height = map->height;

	/* No tree yet: one root at the right height. */
	if (map->root.raw == 0) {
		kn_status status = pool_take(pool, FRAME_METADATA, true, &map->root);

		if (status != KN_OK)
			return status;
		for (height = 1; page >> (height * NODE_BITS) != 0; height++)
			;
		map->height = height;
		return KN_OK;
	}
	for (; !is_covered(map, page); map->height++) {
		paddr_t root;
		kn_status status = pool_take(pool, FRAME_METADATA, true, &root);

		if (status != KN_OK)
			return status;
		node_at(root)[0] = map->root.raw;
		frame_of(root)->count = 1;
		map->root = root;
	}
	return KN_OK;
}

kn_status page_map_ensure(
    struct page_map *map, struct pool *pool, uint64_t page, page_entry **entry)
{
	if (page < PAGE_MAP_DIRECT) {
		*entry = &map->direct[page];
		return KN_OK;
	}
	invariant(page < PAGE_MAP_MAX_PAGES);

	kn_status status = grow(map, pool, page);

	if (status != KN_OK)
		return status;

	paddr_t node = map->root;

	for (unsigned level = map->height - 1; level > 0; level--) {
		uint64_t *next = &node_at(node)[index_at(page, level)];

		if (*next == 0) {
			paddr_t fresh;

			status = pool_take(pool, FRAME_METADATA, true, &fresh);
			if (status != KN_OK) {
				page_map_prune(map, pool, page);
				return status;
			}
			*next = fresh.raw;
			frame_of(node)->count++;
		}
		node = paddr(*next);
	}
	*entry = &node_at(node)[index_at(page, 0)];
	return KN_OK;
}

void page_map_set(struct page_map *map, page_entry *entry, page_entry value)
{
	bool is_direct = entry >= map->direct && entry < map->direct + PAGE_MAP_DIRECT;

	if (!is_direct) {
		struct frame *node = frame_of(paddr(virt_to_phys(entry).raw & ~PAGE_MASK));

		node->count += (uint32_t)(value != 0) - (uint32_t)(*entry != 0);
	}
	*entry = value;
}

void page_map_prune(struct page_map *map, struct pool *pool, uint64_t page)
{
	paddr_t path[HEIGHT_MAX];
	unsigned level = map->height;
	paddr_t node = map->root;

	if (page < PAGE_MAP_DIRECT || node.raw == 0 || !is_covered(map, page))
		return;
	/* Down as far as the path goes. */
	while (level > 0) {
		path[--level] = node;
		if (level == 0)
			break;
		node = paddr(node_at(node)[index_at(page, level)]);
		if (node.raw == 0)
			break;
	}
	/* And up again while nodes are empty. */
	for (; level < map->height && frame_of(path[level])->count == 0; level++) {
		pool_give(pool, path[level], true);
		if (level + 1 == map->height) {
			map->root = NO_FRAME;
			map->height = 0;
			return;
		}
		node_at(path[level + 1])[index_at(page, level + 1)] = 0;
		frame_of(path[level + 1])->count--;
	}
}

page_entry *page_map_next(struct page_map *map, uint64_t *page, uint64_t end)
{
	while (*page < end && *page < PAGE_MAP_DIRECT) {
		if (map->direct[*page] != 0)
			return &map->direct[*page];
		++*page;
	}
	while (*page < end && map->root.raw != 0 && is_covered(map, *page)) {
		paddr_t node = map->root;
		unsigned level = map->height - 1;
		uint64_t *entry;

		for (;; level--) {
			entry = &node_at(node)[index_at(*page, level)];
			if (*entry == 0 || level == 0)
				break;
			node = paddr(*entry);
		}
		if (*entry != 0)
			return entry;
		*page = ((*page >> (level * NODE_BITS)) + 1) << (level * NODE_BITS);
	}
	*page = end;
	return nullptr;
}
