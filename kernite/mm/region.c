/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The regions of an address space, see region.h.
 *
 * A treap: ordered by start, heap by a random priority, so its expected depth is logarithmic
 * whatever the order of insertions. All operations are loops; the kernel stack does not depend on
 * the number of regions.
 */
#include "mm/region.h"

#include "arch.h"
#include "core/poison.h"
#include "object/pool.h"

struct slab {
	struct list link; /* struct region_set.slabs */
	struct region regions[];
};

#define SLAB_REGIONS ((PAGE_SIZE - sizeof(struct slab)) / sizeof(struct region))

void region_set_init(struct region_set *set)
{
	*set = (struct region_set){};
	list_init(&set->sorted);
	list_init(&set->free);
	list_init(&set->slabs);
}

/* xorshift64*, stirred by the cycle counter: unpredictable enough that nobody aims at a deep tree.
 */
static uint32_t next_priority(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15ull;

	state ^= arch_cycles() << 32;
	if (state == 0)
		state = 0x9e3779b97f4a7c15ull;
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32);
}

kn_status region_reserve(struct region_set *set, struct pool *pool, unsigned count)
{
	while (set->free_count < count) {
		paddr_t frame;

		TRY(pool_take(pool, FRAME_METADATA, false, &frame));

		struct slab *slab = phys_to_virt(frame);

		poison_fill(slab, PAGE_SIZE);
		list_append(&set->slabs, &slab->link);
		/* In address order, so that the first regions share cache lines with the slab's
		 * head. */
		for (size_t i = 0; i < SLAB_REGIONS; i++)
			list_append(&set->free, &slab->regions[i].link);
		set->free_count += SLAB_REGIONS;
	}
	return KN_OK;
}

void region_set_destroy(struct region_set *set, struct pool *pool)
{
	struct list *node;

	invariant(set->count == 0);
	while ((node = list_take_first(&set->slabs))) {
		poison_fill(node, PAGE_SIZE);
		pool_give(pool, virt_to_phys(node), false);
	}
	region_set_init(set);
}

struct region *region_alloc(struct region_set *set, const struct region *like)
{
	struct list *node = list_take_first(&set->free);

	invariant(node != nullptr);
	set->free_count--;

	struct region *region = container_of(node, struct region, link);

	poison_check(&region->start, sizeof(*region) - offsetof(struct region, start),
	    sizeof(*region) - offsetof(struct region, start));
	*region = *like;
	list_init(&region->link);
	list_init(&region->object_link);
	return region;
}

void region_free(struct region_set *set, struct region *region)
{
	poison_fill(region, sizeof(*region));
	list_prepend(&set->free, &region->link);
	set->free_count++;
}

/* The last region that starts at or below `address`, or null. */
static struct region *find_floor(struct region_set *set, uint64_t address)
{
	struct region *node = set->root, *floor = nullptr;

	while (node) {
		if (node->start <= address) {
			floor = node;
			node = node->right;
		} else {
			node = node->left;
		}
	}
	return floor;
}

void region_insert(struct region_set *set, struct region *region)
{
	struct region *before = find_floor(set, region->start);
	struct region **place = &set->root;

	invariant(!before || before->end <= region->start);
	list_prepend(before ? &before->link : &set->sorted, &region->link);
	set->count++;
	region->priority = next_priority();
	while (*place && (*place)->priority >= region->priority)
		place = region->start < (*place)->start ? &(*place)->left : &(*place)->right;

	/* Split the subtree below into what lies left and right of the new node. */
	struct region *rest = *place, **left = &region->left, **right = &region->right;

	*place = region;
	while (rest) {
		if (rest->start < region->start) {
			*left = rest;
			left = &rest->right;
			rest = rest->right;
		} else {
			*right = rest;
			right = &rest->left;
			rest = rest->left;
		}
	}
	*left = nullptr;
	*right = nullptr;
}

void region_remove(struct region_set *set, struct region *region)
{
	struct region **place = &set->root;
	struct region *left = region->left, *right = region->right;

	while (*place != region) {
		invariant(*place != nullptr);
		place = region->start < (*place)->start ? &(*place)->left : &(*place)->right;
	}
	while (left && right) {
		if (left->priority >= right->priority) {
			*place = left;
			place = &left->right;
			left = left->right;
		} else {
			*place = right;
			place = &right->left;
			right = right->left;
		}
	}
	*place = left ? left : right;
	list_remove(&region->link);
	set->count--;
	if (set->last_hit == region)
		set->last_hit = nullptr;
}

struct region *region_find(struct region_set *set, uint64_t address)
{
	struct region *region = set->last_hit;

	if (region && address >= region->start && address < region->end)
		return region;
	region = find_floor(set, address);
	if (!region || address >= region->end)
		return nullptr;
	set->last_hit = region;
	return region;
}

struct region *region_at_or_above(struct region_set *set, uint64_t address)
{
	struct region *region = find_floor(set, address);

	if (!region) {
		struct list *first = list_first(&set->sorted);

		return first ? container_of(first, struct region, link) : nullptr;
	}
	return address < region->end ? region : region_next(set, region);
}

struct region *region_next(struct region_set *set, struct region *region)
{
	struct list *next = region->link.next;

	return next == &set->sorted ? nullptr : container_of(next, struct region, link);
}

struct region *region_previous(struct region_set *set, struct region *region)
{
	struct list *previous = region->link.prev;

	return previous == &set->sorted ? nullptr : container_of(previous, struct region, link);
}
