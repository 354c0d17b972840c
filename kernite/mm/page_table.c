/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walking, growing and pruning page tables. Tables that empty themselves go back to the pool as
 * zeroed frames.
 */
#include "mm/page_table.h"

#include "object/pool.h"

static pte_t *table_at(paddr_t frame)
{
	return phys_to_virt(frame);
}

static unsigned index_at(uint64_t address, unsigned level)
{
	return address >> (PAGE_SHIFT + level * TABLE_BITS) & (TABLE_ENTRIES - 1);
}

void tlb_batch_flush(struct vspace *space, struct tlb_batch *batch)
{
	if (batch->start < batch->end)
		arch_tlb_invalidate(&space->arch, vaddr(batch->start),
		    (batch->end - batch->start) >> PAGE_SHIFT, batch->tables);
	*batch = TLB_BATCH_EMPTY;
}

pte_t *page_table_find(struct vspace *space, uint64_t address)
{
	pte_t *table = table_at(space->root);

	for (unsigned level = TABLE_LEVELS - 1; level > 0; level--) {
		pte_t entry = table[index_at(address, level)];

		if (!pte_is_present(entry))
			return nullptr;
		table = table_at(pte_paddr(entry));
	}
	return &table[index_at(address, 0)];
}

kn_status page_table_ensure(struct vspace *space, uint64_t address, pte_t **out)
{
	paddr_t frame = space->root;
	bool is_new = false;

	for (unsigned level = TABLE_LEVELS - 1; level > 0; level--) {
		pte_t *entry = &table_at(frame)[index_at(address, level)];

		if (!pte_is_present(*entry)) {
			paddr_t fresh;
			kn_status status = pool_take(space->pool, FRAME_TABLE, true, &fresh);

			if (status != KN_OK) {
				struct tlb_batch batch = TLB_BATCH_EMPTY;

				if (is_new) {
					page_table_prune(space, address, &batch);
					tlb_batch_flush(space, &batch);
				}
				return status;
			}
			/* The cleared table must be visible before the entry that leads to it. */
			arch_pte_publish();
			page_table_set(entry, pte_table(fresh));
			space->tables++;
			is_new = true;
			frame = fresh;
		} else {
			frame = pte_paddr(*entry);
		}
	}
	*out = &table_at(frame)[index_at(address, 0)];
	return KN_OK;
}

pte_t *page_table_next(struct vspace *space, uint64_t *address, uint64_t end)
{
	while (*address < end) {
		pte_t *table = table_at(space->root);
		unsigned level = TABLE_LEVELS - 1;

		for (; level > 0; level--) {
			pte_t entry = table[index_at(*address, level)];

			if (!pte_is_present(entry))
				break;
			table = table_at(pte_paddr(entry));
		}
		if (level == 0)
			return table;

		unsigned shift = PAGE_SHIFT + level * TABLE_BITS;

		*address = ((*address >> shift) + 1) << shift;
	}
	return nullptr;
}

void page_table_prune(struct vspace *space, uint64_t address, struct tlb_batch *batch)
{
	paddr_t path[TABLE_LEVELS];
	unsigned level = TABLE_LEVELS - 1;

	path[level] = space->root;
	while (level > 0) {
		pte_t entry = table_at(path[level])[index_at(address, level)];

		if (!pte_is_present(entry))
			break;
		path[--level] = pte_paddr(entry);
	}
	/* The root stays: it has the kernel half in it on some machines, and lives as long as the
	 * space. */
	for (; level < TABLE_LEVELS - 1 && frame_of(path[level])->count == 0; level++) {
		page_table_set(
		    &table_at(path[level + 1])[index_at(address, level + 1)], pte_none());
		pool_give(space->pool, path[level], true);
		space->tables--;
		tlb_batch_add(batch, address & ~PAGE_MASK, (address & ~PAGE_MASK) + PAGE_SIZE);
		batch->tables = true;
	}
}
