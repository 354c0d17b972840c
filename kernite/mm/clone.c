/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork: a page-table entry is copied, not faulted in later, because a copied entry costs some ten
 * instructions and a fault a thousand. Private frames get one owner more and lose write permission
 * on both sides; whoever writes first copies.
 *
 * The copy proceeds in address order, region and entries together, so between two steps the child
 * is a complete address space up to child->clone_next. What the parent's other threads map, unmap
 * or write meanwhile is either before the border (not copied any more) or behind it (copied as it
 * is then), and no entry of the child can lie outside its regions whatever they do.
 */
#include "mm/clone.h"

#include "core/work.h"
#include "mm/mapping.h"
#include "object/pool.h"
#include "uapi/object/vspace.h"

/* Copy the used entries of one leaf table, [from, to) of 512; returns how many were private. */
static unsigned copy_entries(
    pte_t *source, pte_t *child, unsigned from, unsigned to, unsigned prot, bool *is_changed)
{
	struct frame *table = frame_of(virt_to_phys(child));
	unsigned privates = 0, copied = 0;
	unsigned perms = prot_to_perms(prot, false);

	for (unsigned i = from; i < to; i++) {
		pte_t entry = source[i];

		if (entry.raw == 0)
			continue;
		if (pte_is_private(entry)) {
			frame_share(frame_of(pte_paddr(entry)));
			if (pte_is_writable(entry)) {
				entry.raw = pte_with_perms(entry, perms).raw | PTE_PRIVATE;
				*(volatile uint64_t *)&source[i].raw = entry.raw;
				*is_changed = true;
			}
			privates++;
		}
		child[i] = entry;
		copied++;
	}
	table->count += copied;
	return privates;
}

static unsigned count_private(const pte_t *source, unsigned from, unsigned to)
{
	unsigned count = 0;

	for (unsigned i = from; i < to; i++)
		count += pte_is_private(source[i]);
	return count;
}

/*
 * Copy the entries of [start, end), which lie in one region of both spaces; *reached says how far
 * it came.
 */
static kn_status copy_range(struct vspace *source, struct vspace *child, unsigned prot,
    uint64_t start, uint64_t end, uint64_t *reached, struct tlb_batch *batch)
{
	struct leaf_walk walk = {.stop = start, .end = end};

	*reached = end;
	while (leaf_walk_next(&walk, source)) {
		unsigned from = walk.first, to = walk.last, privates = 0;
		bool is_changed = false;

		/* Without a table in the child for nothing: skip what is empty. */
		while (from < to && walk.leaf[from].raw == 0)
			from++;
		while (to > from && walk.leaf[to - 1].raw == 0)
			to--;
		if (from < to) {
			pte_t *entry;
			unsigned charge = to - from;
			kn_status status = table_ensure(&child->tables, child->pool, walk.start, &entry);

			if (status != KN_OK)
				return status;
			/* At most so many are private; near the limit it is worth counting. */
			if (pool_charge(child->pool, charge) != KN_OK) {
				charge = count_private(walk.leaf, from, to);
				status = pool_charge(child->pool, charge);
				if (status != KN_OK) {
					page_table_prune(child, walk.start, batch);
					return status;
				}
			}
			privates = copy_entries(walk.leaf, entry - walk.first, from, to, prot, &is_changed);
			child->committed += privates;
			pool_uncharge(child->pool, charge - privates);
		}
		if (is_changed)
			tlb_batch_add(batch, walk.start, walk.stop);
		if (work_step(40 + (to - from) + 3 * privates)) {
			*reached = walk.stop;
			break;
		}
	}
	return KN_OK;
}

kn_status clone_step(struct vspace *source, struct vspace *child)
{
	TLB_BATCH(batch, source);
	struct region *region = region_at_or_above(&source->regions, child->clone_next);

	while (region) {
		uint64_t start = region->start > child->clone_next ? region->start : child->clone_next;
		uint64_t reached = region->end;

		if (!(region->flags & KN_VSPACE_MAP_NO_INHERIT)) {
			TRY(region_reserve(&child->regions, child->pool, 1));

			struct region wanted = *region;

			wanted.start = start;
			wanted.offset = region_page(region, start);
			/* Continues what an earlier step began, where nothing tells them apart. */
			struct region *copy = mapping_add(child, &wanted, region);

			TRY(copy_range(source, child, region->prot, start, region->end, &reached, &batch));
			child->mapped -= (copy->end - reached) >> PAGE_SHIFT;
			copy->end = reached; /* the last region: no gap in front of another changes */
		}
		child->clone_next = reached;
		if (reached < region->end)
			return KN_RESTART;
		region = region_next(&source->regions, region);
		if (work_step(30) && region)
			return KN_RESTART;
	}
	return KN_OK;
}
