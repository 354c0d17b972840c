/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of memory objects, see object_pages.h.
 *
 * Taking pages away goes in chunks: unmap the chunk from every region (waiting for the TLBs), then
 * give up the frames, so a frame is never free while somebody can still reach it. Progress of
 * restartable operations is what is left in the page map, `next`, and the cursor in the list of regions.
 */
#include "mm/object_pages.h"

#include "core/work.h"
#include "mm/mapping.h"
#include "object/pool.h"
#include "uapi/object/memory_object.h"

/* Pages between two checks of the work budget. */
#define CHUNK_PAGES 16

/* Nobody sees the pages [first, end): their frames go. */
static void give_up(struct memory_object *object, uint64_t first, uint64_t end)
{
	unsigned freed = 0;
	pte_t *entry;

	for (; (entry = page_map_next(&object->map, &first, end)); first++) {
		pte_t old = *entry;

		page_map_set(&object->map, entry, 0);
		if (old.raw & PAGE_PRESENT) {
			frame_release(frame_of(page_entry_frame(old)));
			freed++;
		}
		page_map_prune(&object->map, object->pool, first);
	}
	object->committed -= freed;
	pool_uncharge(object->pool, freed);
	(void)work_step(25 * freed);
}

kn_status object_settle(struct memory_object *object)
{
	struct list *cursor = &object->cursor, *next;

	if (!list_is_linked(cursor))
		return KN_OK;
	while ((next = cursor->next) != &object->regions) {
		mapping_drop_object(container_of(next, struct region, object_link), object->leaving, object->leaving_end);
		list_remove(cursor);
		list_prepend(next, cursor);
		if (work_step(14) && cursor->next != &object->regions)
			return KN_RESTART;
	}
	list_remove(cursor);
	if (object->is_freeing)
		give_up(object, object->leaving, object->leaving_end);
	if (object->replaced.raw != 0)
		frame_release(frame_of(object->replaced));
	object->is_freeing = false;
	object->replaced = NO_FRAME;
	return KN_OK;
}

/* No page is leaving: [first, end) are from now on. */
static kn_status leave(struct memory_object *object, uint64_t first, uint64_t end)
{
	list_prepend(&object->regions, &object->cursor);
	object->leaving = first;
	object->leaving_end = end;
	return object_settle(object);
}

kn_status object_page_hide(struct memory_object *object, uint64_t page)
{
	if (object->leaving != page || object->leaving_end != page + 1 || !list_is_linked(&object->cursor)) {
		TRY(object_settle(object));
		return leave(object, page, page + 1);
	}
	return object_settle(object);
}

kn_status object_pages_free(struct memory_object *object, uint64_t *page, uint64_t end)
{
	/* The way to the first page may be long: not after other work. */
	if (work_step(0))
		return KN_RESTART;
	TRY(object_settle(object));
	while (page_map_next(&object->map, page, end)) {
		uint64_t first = *page;

		/* What has begun is not ours alone any more. */
		*page = end - first < CHUNK_PAGES ? end : first + CHUNK_PAGES;
		object->is_freeing = true;
		TRY(leave(object, first, *page));
		if (work_step(10) && *page < end)
			return KN_RESTART;
	}
	return KN_OK;
}

bool object_page_is_shared(paddr_t page)
{
	if (!frame_is_ram(page))
		return false;

	const struct frame *frame = frame_of(page);

	return frame->kind == FRAME_USER && frame->count > 1;
}

paddr_t object_page_peek(struct memory_object *object, uint64_t page)
{
	if (page >= object->pages)
		return NO_FRAME;
	if (object->kind == KN_MEMORY_KIND_PHYSICAL)
		return paddr(object->base.raw + (page << PAGE_SHIFT));

	pte_t *entry = page_map_find(&object->map, page);

	return entry && (entry->raw & PAGE_PRESENT) ? page_entry_frame(*entry) : NO_FRAME;
}

/* The first write since a clone: the object gets its own frame. It is charged already. Until nobody sees the old one (by
 * now mapped read-only) no page is mapped, so nobody sees both. */
static kn_status unshare(struct memory_object *object, uint64_t page, pte_t *entry)
{
	paddr_t old = page_entry_frame(*entry), copy;

	TRY(pool_take_uncharged(object->pool, FRAME_USER, false, &copy));
	arch_copy_page(phys_to_virt(copy), phys_to_virt(old));
	page_map_set(&object->map, entry, copy.raw | (entry->raw & PAGE_PINNED) | PAGE_PRESENT);
	object->replaced = old;
	return leave(object, page, page + 1);
}

/* A zeroed page where none is. */
static kn_status add_page(struct memory_object *object, uint64_t page, paddr_t *frame)
{
	pte_t *entry;

	TRY(page_map_ensure(&object->map, object->pool, page, &entry));

	kn_status status = pool_take(object->pool, FRAME_USER, true, frame);
	if (status != KN_OK) {
		page_map_prune(&object->map, object->pool, page);
		return status;
	}
	page_map_set(&object->map, entry, frame->raw | PAGE_PRESENT);
	object->committed++;
	return KN_OK;
}

kn_status object_page(struct memory_object *object, uint64_t page, bool for_write, paddr_t *frame)
{
	if (page >= object->pages || object->kind == KN_MEMORY_KIND_NONE)
		return KN_E_RANGE;
	if (object->kind == KN_MEMORY_KIND_PHYSICAL) {
		*frame = paddr(object->base.raw + (page << PAGE_SHIFT));
		return KN_OK;
	}

	TRY(object_settle(object));

	pte_t *entry = page_map_find(&object->map, page);

	if (!entry || entry->raw == 0) {
		if (object->kind == KN_MEMORY_KIND_PAGER)
			return KN_E_WOULD_BLOCK;
		return add_page(object, page, frame);
	}
	if (entry->raw & PAGE_FAILED)
		return page_entry_reason(*entry);
	if (for_write && frame_of(page_entry_frame(*entry))->count > 1)
		TRY(unshare(object, page, entry));
	*frame = page_entry_frame(*entry);
	return KN_OK;
}

/* Share or, if it is pinned, copy one page. */
static kn_status clone_page(struct memory_object *self, uint64_t page, pte_t source)
{
	pte_t *entry;
	kn_status status;

	TRY(page_map_ensure(&self->map, self->pool, page, &entry));
	if (source.raw & PAGE_PINNED) {
		paddr_t copy;

		status = pool_take(self->pool, FRAME_USER, false, &copy);
		if (status == KN_OK) {
			arch_copy_page(phys_to_virt(copy), phys_to_virt(page_entry_frame(source)));
			page_map_set(&self->map, entry, copy.raw | PAGE_PRESENT);
		}
	} else {
		status = pool_charge(self->pool, 1);
		if (status == KN_OK) {
			frame_share(frame_of(page_entry_frame(source)));
			page_map_set(&self->map, entry, source.raw);
		}
	}
	if (status != KN_OK) {
		page_map_prune(&self->map, self->pool, page);
		return status;
	}
	self->committed++;
	return KN_OK;
}

/* What is shared is mapped read-only from then on; mappings from before go, even if the clone fails. Nobody sees it until all
 * have. */
kn_status object_pages_clone(struct memory_object *self, struct memory_object *source)
{
	kn_status status = KN_OK;

	TRY(object_settle(source));
	while (page_map_next(&source->map, &self->next, source->pages)) {
		uint64_t first = self->next, end = first + CHUNK_PAGES;
		pte_t *entry;

		while (status == KN_OK && (entry = page_map_next(&source->map, &self->next, end))) {
			if (self->next < self->pages)
				status = clone_page(self, self->next, *entry);
			if (status == KN_OK)
				self->next++;
			if (work_step(entry->raw & PAGE_PINNED ? 200 : 12) && status == KN_OK)
				status = KN_RESTART;
		}
		TRY(leave(source, first, self->next));
		if (status != KN_OK || work_step(10))
			return status != KN_OK ? status : KN_RESTART;
	}
	return KN_OK;
}

kn_status object_page_supply(struct memory_object *self, uint64_t page, struct memory_object *source, uint64_t source_page)
{
	pte_t *from = page_map_find(&source->map, source_page), *to;

	TRY(page_map_ensure(&self->map, self->pool, page, &to));

	kn_status status = pool_charge(self->pool, 1);
	if (status != KN_OK) {
		page_map_prune(&self->map, self->pool, page);
		return status;
	}
	page_map_set(&self->map, to, from->raw);
	page_map_set(&source->map, from, 0);
	page_map_prune(&source->map, source->pool, source_page);
	self->committed++;
	source->committed--;
	pool_uncharge(source->pool, 1);
	return KN_OK;
}
