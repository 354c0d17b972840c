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
#include "core/work.h"
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

kn_status region_set_destroy(struct region_set *set, struct pool *pool)
{
	struct list *node;

	invariant(set->count == 0);
	list_init(&set->free);
	set->free_count = 0;
	while ((node = list_take_first(&set->slabs))) {
		poison_fill(node, PAGE_SIZE);
		pool_give(pool, virt_to_phys(node), false);
		if (work_step(8))
			return KN_RESTART;
	}
	return KN_OK;
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

/* A gap that is wider counts as this: most mappings are made in one of many TiB, and need not be told upwards. There is room for
 * 128 such gaps. */
#define GAP_MAX (1ull << 40)

static struct region *region_last(const struct region_set *set)
{
	struct list *last = set->sorted.prev;

	return last == &set->sorted ? nullptr : container_of(last, struct region, link);
}

static uint64_t gap_before(const struct region_set *set, const struct region *region)
{
	const struct list *previous = region->link.prev;

	return region->start - (previous == &set->sorted ? 0 : container_of(previous, struct region, link)->end);
}

/* What the subtrees say, from `node` up to `top` and beyond as far as that changes. */
static void refresh(const struct region_set *set, struct region *node, const struct region *top)
{
	for (bool is_below = true; node; node = node->parent) {
		const struct region *left = node->left, *right = node->right;
		uint64_t gap = gap_before(set, node), widest = gap < GAP_MAX ? gap : GAP_MAX;
		uint8_t common = node->max_prot;

		if (left) {
			widest = left->widest_gap > widest ? left->widest_gap : widest;
			common &= left->common_prot;
		}
		if (right) {
			widest = right->widest_gap > widest ? right->widest_gap : widest;
			common &= right->common_prot;
		}
		if (!is_below && widest == node->widest_gap && common == node->common_prot)
			return;
		node->widest_gap = widest;
		node->common_prot = common;
		is_below &= node != top;
	}
}

static void refresh_next(struct region_set *set, struct region *region)
{
	struct region *next = region_next(set, region);

	refresh(set, next, next);
}

void region_changed(struct region_set *set, struct region *region)
{
	refresh(set, region, region);
	refresh_next(set, region);
}

void region_insert(struct region_set *set, struct region *region)
{
	struct region *before = region_last(set), *parent = nullptr, **place = &set->root;

	/* A clone's regions come in their order. */
	if (before && before->start > region->start)
		before = find_floor(set, region->start);

	invariant(!before || before->end <= region->start);
	list_prepend(before ? &before->link : &set->sorted, &region->link);
	set->count++;
	region->priority = next_priority();
	while (*place && (*place)->priority >= region->priority) {
		parent = *place;
		place = region->start < parent->start ? &parent->left : &parent->right;
	}

	/* Split the subtree below into what lies left and right of the new node. */
	struct region *rest = *place, **left = &region->left, **right = &region->right;
	struct region *low = region, *high = region;

	*place = region;
	region->parent = parent;
	while (rest) {
		if (rest->start < region->start) {
			*left = rest;
			rest->parent = low;
			low = rest;
			left = &rest->right;
			rest = rest->right;
		} else {
			*right = rest;
			rest->parent = high;
			high = rest;
			right = &rest->left;
			rest = rest->left;
		}
	}
	*left = nullptr;
	*right = nullptr;
	if (low != region)
		refresh(set, low, region);
	refresh(set, high, region);
	refresh_next(set, region);
}

void region_remove(struct region_set *set, struct region *region)
{
	struct region *parent = region->parent, *last = parent;
	struct region **place = !parent ? &set->root : parent->left == region ? &parent->left : &parent->right;
	struct region *left = region->left, *right = region->right, *next = region_next(set, region);

	while (left && right) {
		struct region *upper = left->priority >= right->priority ? left : right;

		*place = upper;
		upper->parent = last;
		last = upper;
		if (upper == left)
			left = *(place = &left->right);
		else
			right = *(place = &right->left);
	}
	*place = left ? left : right;
	if (*place)
		(*place)->parent = last;
	list_remove(&region->link);
	/* What grows first: what shrinks often stops below it. */
	refresh(set, next, next);
	refresh(set, last, parent);
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

static bool has_end(const struct region *tree, uint64_t size, unsigned prot)
{
	return tree && (tree->widest_gap >= (size < GAP_MAX ? size : GAP_MAX) || (prot & ~tree->common_prot));
}

uint64_t region_run_end(struct region_set *set, struct region *region, uint64_t size, unsigned prot, struct region **next)
{
	do {
		if (has_end(region->right, size, prot)) {
			region = region->right;
			while (has_end(region->left, size, prot))
				region = region->left;
		} else {
			/* Up to the first that all of this is left of. */
			const struct region *below;

			do {
				below = region;
				region = region->parent;
			} while (region && region->right == below);
		}
	} while (region && gap_before(set, region) < size && !(prot & ~region->max_prot));

	*next = region;
	return (region ? region_previous(set, region) : region_last(set))->end;
}
