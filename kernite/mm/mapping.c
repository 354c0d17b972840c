/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing ranges of an address space: see mapping.h.
 *
 * Progress of restartable operations lies in the regions themselves: removal trims the region from
 * the front as it goes, protection moves the border between the part with the new and the part with
 * the old protection. Running the same call again finds only what is left.
 */
#include "mm/mapping.h"

#include "core/work.h"
#include "object/memory_object.h"
#include "object/pool.h"
#include "uapi/object/vspace.h"

/* ---- regions ---- */

/*
 * A reserved structure like `like` becomes a region of the space. What its entries show others show too: it is with `beside`
 * on the object's list (null: it has none yet), on the same side of the cursor.
 */
static struct region *insert(struct vspace *space, const struct region *like, struct region *beside)
{
	struct region *region = region_alloc(&space->regions, like);

	region->space = space;
	region_insert(&space->regions, region);
	if (region->object) {
		list_prepend(beside ? &beside->object_link : &region->object->regions, &region->object_link);
		region->object->region_count++;
	}
	return region;
}

static void drop_region(struct vspace *space, struct region *region)
{
	if (region->object) {
		list_remove(&region->object_link);
		region->object->region_count--;
	}
	space->mapped -= (region->end - region->start) >> PAGE_SHIFT;
	region_remove(&space->regions, region);
	region_free(&space->regions, region);
}

/* The upper part of a region that is cut at `at` gets its own (reserved) structure, which is
 * returned. */
static struct region *split(struct vspace *space, struct region *region, uint64_t at)
{
	struct region upper = *region;

	invariant(at > region->start && at < region->end);
	upper.start = at;
	upper.offset = region_page(region, at);
	region->end = at;
	return insert(space, &upper, region);
}

/* Keys only grow inside the region's own old range, so the tree stays ordered. */
static void trim_front(struct vspace *space, struct region *region, uint64_t to)
{
	invariant(to > region->start && to < region->end);
	space->mapped -= (to - region->start) >> PAGE_SHIFT;
	region->offset = region_page(region, to);
	region->start = to;
	region_changed(&space->regions, region);
}

/* Of those that show an object some are behind its cursor. */
static bool continues(const struct region *low, const struct region *high)
{
	return !(low->object && list_is_linked(&low->object->cursor)) && low->end == high->start && low->prot == high->prot &&
	       low->max_prot == high->max_prot && low->flags == high->flags &&
	       low->object == high->object &&
	       (!low->object || region_page(low, low->end) == high->offset);
}

/* `low` swallows `high`. */
static void join(struct vspace *space, struct region *low, struct region *high)
{
	/* drop_region() takes the upper part off `mapped`; it is still there. */
	space->mapped += (high->end - high->start) >> PAGE_SHIFT;
	low->end = high->end;
	drop_region(space, high);
}

struct region *mapping_merge(struct vspace *space, struct region *region)
{
	struct region *other = region_previous(&space->regions, region);

	if (other && continues(other, region)) {
		join(space, other, region);
		region = other;
	}
	other = region_next(&space->regions, region);
	if (other && continues(region, other))
		join(space, region, other);
	return region;
}

struct region *mapping_add(struct vspace *space, const struct region *like, struct region *beside)
{
	space->mapped += (like->end - like->start) >> PAGE_SHIFT;
	return mapping_merge(space, insert(space, like, beside));
}

/* ---- entries ---- */

/* Empty the entries of [start, end); returns how far it came before the budget was used up. */
static uint64_t clear(struct vspace *space, uint64_t start, uint64_t end, struct tlb_batch *batch)
{
	struct leaf_walk walk = {.stop = start, .end = end};
	uint64_t freed = 0, reached = end;

	while (leaf_walk_next(&walk, space)) {
		pte_t *entry = &walk.leaf[walk.first];
		const pte_t *last = &walk.leaf[walk.last];
		uint32_t left = walk.table->count;
		unsigned units = 40 + walk.last - walk.first;

		for (; entry < last && left > 0; entry++) {
			pte_t old = *entry;

			if (old.raw == 0)
				continue;
			*(volatile uint64_t *)&entry->raw = 0;
			left--;
			if (pte_is_private(old)) {
				frame_release(frame_of(pte_paddr(old)));
				freed++;
				units += 2;
			}
		}
		/* Nothing here: that must not use up this step. A table that vspace.take emptied goes. */
		if (left == walk.table->count && left > 0) {
			(void)work_step(units);
			continue;
		}
		walk.table->count = left;
		tlb_batch_add(batch, walk.start, walk.stop);
		leaf_walk_prune(&walk, batch);
		if (work_step(units)) {
			reached = walk.stop;
			break;
		}
	}
	space->committed -= freed;
	pool_uncharge(space->pool, freed);
	return reached;
}

kn_status mapping_clear(struct vspace *space, uint64_t start, uint64_t end)
{
	TLB_BATCH(batch, space);

	return clear(space, start, end, &batch) < end ? KN_RESTART : KN_OK;
}

void mapping_drop_object(struct region *region, uint64_t first, uint64_t end)
{
	struct vspace *space = region->space;
	uint64_t shown = (region->end - region->start) >> PAGE_SHIFT;

	/* The part of the object that the region shows, cut to what is asked for. */
	if (end <= region->offset || first >= region->offset + shown)
		return;

	TLB_BATCH(batch, space);
	uint64_t low = first > region->offset ? first - region->offset : 0;
	uint64_t high = end - region->offset;
	struct leaf_walk walk = {.stop = region->start + (low << PAGE_SHIFT),
	    .end = high < shown ? region->start + (high << PAGE_SHIFT) : region->end};

	while (leaf_walk_next(&walk, space)) {
		for (unsigned i = walk.first; i < walk.last; i++) {
			uint64_t address = walk.start + ((uint64_t)(i - walk.first) << PAGE_SHIFT);

			if (walk.leaf[i].raw == 0 || pte_is_private(walk.leaf[i]))
				continue;
			table_set(&walk.leaf[i], pte_none());
			tlb_batch_add(&batch, address, address + PAGE_SIZE);
		}
		leaf_walk_prune(&walk, &batch);
		(void)work_step(16 + (walk.last - walk.first) / 2);
	}
}

/* ---- ranges ---- */

kn_status mapping_remove(struct vspace *space, uint64_t start, uint64_t end)
{
	TLB_BATCH(batch, space);
	struct region *region = region_at_or_above(&space->regions, start);

	while (region && region->start < end) {
		uint64_t to = region->end < end ? region->end : end;

		/* At most one structure: a back that stays is what trim_front() leaves. */
		if (region->start < start)
			region = split(space, region, start);

		uint64_t reached = clear(space, region->start, to, &batch);

		if (reached < to) {
			if (reached > region->start)
				trim_front(space, region, reached);
			return KN_RESTART;
		}

		struct region *next = region_next(&space->regions, region);

		if (to == region->end)
			drop_region(space, region);
		else
			trim_front(space, region, to);
		region = next;
		if (work_step(60) && region && region->start < end)
			return KN_RESTART;
	}
	if (start < space->map_hint && start >= space->map_base)
		space->map_hint = start;
	return KN_OK;
}

/* Rewrite the entries of [start, end) for the region's new protection; returns how far it came. */
static uint64_t protect_entries(
    struct vspace *space, const struct region *region, unsigned prot, struct tlb_batch *batch)
{
	struct leaf_walk walk = {.stop = region->start, .end = region->end};

	while (leaf_walk_next(&walk, space)) {
		for (unsigned i = walk.first; i < walk.last; i++) {
			pte_t *entry = &walk.leaf[i], value = pte_none();

			if (entry->raw == 0)
				continue;
			if (pte_is_present(*entry))
				tlb_batch_add(batch, walk.start, walk.stop);
			/* What only shows the object goes: the next access brings it back. */
			if (pte_is_private(*entry)) {
				paddr_t frame = pte_paddr(*entry);

				value = pte_private(frame, prot,
				    (prot & KN_VSPACE_PROT_WRITE) && frame_of(frame)->count == 1);
			}
			table_set(entry, value);
		}
		leaf_walk_prune(&walk, batch);
		if (work_step(20 + 2 * (walk.last - walk.first)))
			return walk.stop;
	}
	return region->end;
}

kn_status mapping_protect(struct vspace *space, uint64_t *start, uint64_t end, unsigned prot)
{
	TLB_BATCH(batch, space);
	struct region *region = region_at_or_above(&space->regions, *start);

	while (region && region->start < end) {
		if (region->prot != prot) {
			/* Only the first and the last region can stick out: with the border below three
			 * structures. */
			if (region->start < *start)
				region = split(space, region, *start);
			if (region->end > end)
				(void)split(space, region, end);

			uint64_t reached = protect_entries(space, region, prot, &batch);
			bool is_partial = reached < region->end;

			/* The back keeps the old protection. */
			if (is_partial)
				(void)split(space, region, reached);
			region->prot = (uint8_t)prot;
			region = mapping_merge(space, region);
			if (is_partial) {
				*start = reached;
				return KN_RESTART;
			}
		}
		*start = region->end;
		region = region_next(&space->regions, region);
		if (work_step(20) && region && region->start < end)
			return KN_RESTART;
	}
	return KN_OK;
}

static bool is_free(struct vspace *space, uint64_t start, uint64_t end)
{
	struct region *above = region_at_or_above(&space->regions, start);

	return !above || above->start >= end;
}

/* First fit at or above `from`; 0: none. */
static uint64_t gap_above(struct vspace *space, uint64_t from, uint64_t size)
{
	struct region *region = region_at_or_above(&space->regions, from);

	if (region && (region->start < from || region->start - from < size))
		from = region_run_end(&space->regions, region, size, 0, &region);
	return region || (from < KN_USER_MAX && KN_USER_MAX - from >= size) ? from : 0;
}

uint64_t mapping_find_gap(struct vspace *space, uint64_t hint, uint64_t pages)
{
	uint64_t size = pages << PAGE_SHIFT;

	if (hint >= KN_USER_MIN && hint < KN_USER_MAX && KN_USER_MAX - hint >= size &&
	    is_free(space, hint, hint + size))
		return hint;

	uint64_t address = gap_above(space, space->map_hint, size);

	if (address == 0)
		address = gap_above(space, space->map_base, size);
	return address ? address : gap_above(space, KN_USER_MIN, size);
}
