/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking, growing and pruning trees of tables, see table.h. */
#include "mm/table.h"

#include "core/work.h"
#include "object/pool.h"

static pte_t *entry_at(paddr_t table, uint64_t address, unsigned level)
{
	pte_t *entries = phys_to_virt(table);

	return &entries[address >> (PAGE_SHIFT + level * TABLE_BITS) & (TABLE_ENTRIES - 1)];
}

static bool is_covered(const struct table_tree *tree, uint64_t address)
{
	return tree->root.raw != 0 && address >> (PAGE_SHIFT + tree->levels * TABLE_BITS) == 0;
}

pte_t *table_find(const struct table_tree *tree, uint64_t address)
{
	paddr_t table = tree->root;

	if (!is_covered(tree, address))
		return nullptr;
	for (unsigned level = tree->levels - 1; level > 0; level--) {
		pte_t entry = *entry_at(table, address, level);

		if (!pte_is_present(entry))
			return nullptr;
		table = pte_paddr(entry);
	}
	return entry_at(table, address, 0);
}

static kn_status add_table(struct table_tree *tree, struct pool *pool, paddr_t *table)
{
	kn_status status = pool_take(pool, tree->kind, true, table);

	if (status == KN_OK) {
		/* The cleared table must be visible before the entry that leads to it. */
		arch_pte_publish();
		tree->count++;
	}
	return status;
}

/* Put roots on top until the tree reaches `address`. */
static kn_status grow(struct table_tree *tree, struct pool *pool, uint64_t address)
{
	while (!is_covered(tree, address)) {
		paddr_t root;

		TRY(add_table(tree, pool, &root));
		if (tree->root.raw == 0) {
			/* The first one stands at the right height at once. */
			for (tree->levels = 1; address >> (PAGE_SHIFT + tree->levels * TABLE_BITS);)
				tree->levels++;
		} else {
			table_set(entry_at(root, 0, 0), pte_table(tree->root));
			tree->levels++;
		}
		tree->root = root;
	}
	return KN_OK;
}

kn_status table_ensure(struct table_tree *tree, struct pool *pool, uint64_t address, pte_t **out)
{
	kn_status status = grow(tree, pool, address);
	paddr_t table = tree->root;

	if (status != KN_OK)
		return status;
	for (unsigned level = tree->levels - 1; level > 0; level--) {
		pte_t *entry = entry_at(table, address, level);

		if (!pte_is_present(*entry)) {
			status = add_table(tree, pool, &table);
			if (status != KN_OK) {
				(void)table_prune(tree, pool, address);
				return status;
			}
			table_set(entry, pte_table(table));
		} else {
			table = pte_paddr(*entry);
		}
	}
	*out = entry_at(table, address, 0);
	return KN_OK;
}

pte_t *table_next(const struct table_tree *tree, uint64_t *address, uint64_t end)
{
	while (*address < end && is_covered(tree, *address)) {
		paddr_t table = tree->root;
		unsigned level = tree->levels - 1;

		for (; level > 0; level--) {
			pte_t entry = *entry_at(table, *address, level);

			if (!pte_is_present(entry))
				break;
			table = pte_paddr(entry);
		}
		if (level == 0)
			return phys_to_virt(table);

		unsigned shift = PAGE_SHIFT + level * TABLE_BITS;
		uint64_t next = *address >> shift, last = (end - 1) >> shift;
		const pte_t *entry = entry_at(table, *address, level);

		/* Past what is empty of this table. The caller's next step may be one too many. */
		do {
			next++;
			entry++;
		} while (next <= last && next % TABLE_ENTRIES != 0 && !pte_is_present(*entry));
		(void)work_step((unsigned)(next - (*address >> shift)) + 2);
		*address = next << shift;
	}
	return nullptr;
}

bool table_prune(struct table_tree *tree, struct pool *pool, uint64_t address)
{
	paddr_t path[TABLE_LEVELS];
	unsigned level = tree->levels - 1, top = tree->levels - (tree->kind == FRAME_TABLE);
	bool is_changed = false;

	if (!is_covered(tree, address))
		return false;
	path[level] = tree->root;
	while (level > 0) {
		pte_t entry = *entry_at(path[level], address, level);

		if (!pte_is_present(entry))
			break;
		path[--level] = pte_paddr(entry);
	}
	for (; level < top && frame_of(path[level])->count == 0; level++) {
		if (level + 1 < tree->levels)
			table_set(entry_at(path[level + 1], address, level + 1), pte_none());
		else
			tree->root = NO_FRAME;
		pool_give(pool, path[level], true);
		tree->count--;
		is_changed = true;
	}
	return is_changed;
}
