/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one populate path: what a page fault, a POPULATE mapping and the kernel's own look at user
 * memory all use.
 *
 * Order matters: whatever can take frames from other places (the memory object's copy-on-write
 * unmaps the page everywhere) comes before the entry's table is looked up, so that no pointer into
 * a table goes stale. An entry never goes from one frame to another directly: it is cleared and
 * invalidated first (break before make, ARM ARM D8.14.1).
 */
#include "mm/page_table.h"
#include "mm/object_pages.h"
#include "object/pool.h"
#include "object/vspace.h"
#include "uapi/object/memory_object.h"
#include "uapi/object/vspace.h"

/* Pages mapped around a read fault, when they are there anyway. */
#define AROUND_PAGES 16

static void invalidate(struct vspace *space, uint64_t address)
{
	arch_tlb_invalidate(&space->arch, vaddr(address), 1, false);
}

static void sync_code(paddr_t page)
{
	if (frame_is_ram(page)) {
		struct frame *frame = frame_of(page);

		if (frame->flags & FRAME_CODE_SYNCED)
			return;
		frame->flags |= FRAME_CODE_SYNCED;
	}
	arch_sync_code(vaddr((uint64_t)phys_to_virt(page)), PAGE_SIZE);
}

/* An entry that shows a page of the region's object. */
static pte_t shown_entry(const struct region *region, paddr_t page)
{
	bool is_writable = (region->prot & KN_VSPACE_PROT_WRITE) &&
			   (region->flags & KN_VSPACE_MAP_SHARED) && !object_page_is_shared(page);

	if (region->prot & KN_VSPACE_PROT_EXECUTE)
		sync_code(page);
	else if (is_writable && frame_is_ram(page))
		frame_of(page)->flags &= (uint8_t)~FRAME_CODE_SYNCED;
	return pte_leaf(page, prot_to_perms(region->prot, is_writable), region->object->memory_type);
}

/* Replace the entry of `address`, which may be present. */
static void replace(struct vspace *space, uint64_t address, pte_t *entry, pte_t value)
{
	if (pte_is_present(*entry)) {
		if (pte_paddr(*entry).raw != pte_paddr(value).raw) {
			table_set(entry, pte_none());
			invalidate(space, address);
			table_set(entry, value);
		} else if (entry->raw != value.raw) {
			table_set(entry, value);
			invalidate(space, address);
		}
	} else {
		table_set(entry, value);
	}
	arch_pte_publish();
}

/* The page is private already: a permission that was never given, or the first write since a fork.
 */
static kn_status touch_private(struct vspace *space, const struct region *region, uint64_t address,
    unsigned access, pte_t *entry, struct populate_miss *miss)
{
	paddr_t old = pte_paddr(*entry);
	bool is_sole = frame_of(old)->count == 1;

	if (access == VM_WRITE && !is_sole) {
		paddr_t copy;
		kn_status status = pool_take_uncharged(space->pool, FRAME_USER, false, &copy);

		if (status != KN_OK) {
			miss->pool = space->pool;
			return status;
		}
		arch_copy_page(phys_to_virt(copy), phys_to_virt(old));
		replace(space, address, entry, pte_private(copy, region->prot, true));
		frame_release(frame_of(old));
		return KN_OK;
	}
	replace(space, address, entry,
	    pte_private(old, region->prot, is_sole && (region->prot & KN_VSPACE_PROT_WRITE)));
	return KN_OK;
}

/* A fresh private page: zero, or a copy of `source`. */
static kn_status add_private(struct vspace *space, const struct region *region, uint64_t address,
    paddr_t source, struct populate_miss *miss)
{
	pte_t *entry;
	paddr_t page;
	kn_status status;

	miss->pool = space->pool;
	TRY(table_ensure(&space->tables, space->pool, address, &entry));
	status = pool_take(space->pool, FRAME_USER, source.raw == 0, &page);
	if (status != KN_OK) {
		TLB_BATCH(batch, space);

		page_table_prune(space, address, &batch);
		return status;
	}
	if (source.raw != 0)
		arch_copy_page(phys_to_virt(page), phys_to_virt(source));
	space->committed++;
	replace(space, address, entry, pte_private(page, region->prot, region->prot & KN_VSPACE_PROT_WRITE));
	return KN_OK;
}

/* Map what is there anyway next to `address`, in the same leaf table; `entry` is the one of
 * `address`. */
static void map_around(const struct region *region, uint64_t address, pte_t *entry)
{
	uint64_t window = AROUND_PAGES * PAGE_SIZE;
	uint64_t start = address & ~(window - 1), end = start + window;

	if (start < region->start)
		start = region->start;
	if (end > region->end)
		end = region->end;
	entry -= (address - start) >> PAGE_SHIFT;
	for (uint64_t page = region_page(region, start); start < end; start += PAGE_SIZE, page++, entry++) {
		if (entry->raw != 0)
			continue;

		paddr_t frame = object_page_peek(region->object, page);

		if (frame.raw != 0)
			table_set(entry, shown_entry(region, frame));
	}
	arch_pte_publish();
}

static kn_status show_object(struct vspace *space, const struct region *region, uint64_t address,
    unsigned access, struct populate_miss *miss)
{
	struct memory_object *object = region->object;
	uint64_t page = region_page(region, address);
	bool is_private = region->flags & KN_VSPACE_MAP_PRIVATE;
	paddr_t frame;

	miss->object = object;
	miss->page = page;
	miss->pool = object->pool;
	if (is_private && access == VM_WRITE) {
		frame = object_page_peek(object, page);
		/* A missing page of an anonymous object is zero: no need to commit it there. */
		if (frame.raw != 0 || (object->kind == KN_MEMORY_KIND_ANONYMOUS && page < object->pages))
			return add_private(space, region, address, frame, miss);
	}

	TRY(object_page(object, page, access == VM_WRITE && !is_private, &frame));
	if (is_private && access == VM_WRITE)
		return add_private(space, region, address, frame, miss);

	pte_t *entry;

	miss->pool = space->pool;
	TRY(table_ensure(&space->tables, space->pool, address, &entry));
	replace(space, address, entry, shown_entry(region, frame));
	if (access != VM_WRITE)
		map_around(region, address, entry);
	return KN_OK;
}

kn_status vspace_populate(
    struct vspace *space, uint64_t address, unsigned access, struct populate_miss *miss)
{
	if (space->tables.root.raw == 0)
		return KN_E_BAD_ADDRESS;

	struct region *region = region_find(&space->regions, address);

	if (!region)
		return KN_E_BAD_ADDRESS;
	if (!(region->prot & access))
		return KN_E_RIGHTS;
	address &= ~PAGE_MASK;

	pte_t *entry = table_find(&space->tables, address);

	if (entry && pte_is_private(*entry))
		return touch_private(space, region, address, access, entry, miss);
	if (!region->object)
		return add_private(space, region, address, NO_FRAME, miss);
	return show_object(space, region, address, access, miss);
}

kn_status vspace_kernel_page(struct vspace *space, uint64_t address, unsigned access, void **page)
{
	struct populate_miss miss;
	pte_t *entry = space->tables.root.raw != 0 ? table_find(&space->tables, address) : nullptr;
	struct region *region = region_find(&space->regions, address);

	if (!region || !(region->prot & access))
		return KN_E_BAD_ADDRESS;
	if (!entry || !pte_is_present(*entry) || (access == VM_WRITE && !pte_is_writable(*entry))) {
		TRY(vspace_populate(space, address, access, &miss));
		entry = table_find(&space->tables, address);
	}
	/* Device memory is not for the kernel to touch. */
	if (!frame_is_ram(pte_paddr(*entry)))
		return KN_E_BAD_ADDRESS;
	*page = phys_to_virt(pte_paddr(*entry));
	return KN_OK;
}
