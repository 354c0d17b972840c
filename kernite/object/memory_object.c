/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects, see memory_object.h.
 *
 * Taking pages away goes in chunks: unmap the chunk from every region (waiting for the TLBs), then
 * give up the frames, so a frame is never free while somebody can still reach it. Progress of
 * restartable operations is what is left in the page map, or `next`.
 *
 * While an object is being configured in steps (clone, zeroing of physical memory) its kind is
 * NONE, which every other method and every mapping refuses.
 */
#include "object/memory_object.h"

#include "core/work.h"
#include "gen/memory_object_ops.h"
#include "mm/mapping.h"
#include "object/derivation.h"
#include "object/pool.h"
#include "object/tcb.h"
#include "object/untyped.h"

/* Pages between two checks of the work budget. */
#define CHUNK_PAGES 64
/* memory_object.clone_source while a failed clone is being cleaned up. */
#define CLONE_FAILED (~0ull)

uint64_t memory_id_new(void)
{
	static uint64_t last;

	return ++last;
}

/* ---- life ---- */

void memory_object_init(struct object *head)
{
	struct memory_object *object = memory_object_of(head);

	object->id = memory_id_new();
	list_init(&object->pool_link);
	list_init(&object->regions);
	list_init(&object->pins);
	list_init(&object->slices);
	list_init(&object->slice_link);
}

void memory_object_init_physical(
    struct memory_object *object, paddr_t base, uint64_t pages, enum vm_memory_type type)
{
	memory_object_init(&object->object);
	object->kind = KN_MEMORY_KIND_PHYSICAL;
	object->base = base;
	object->pages = pages;
	object->memory_type = type;
}

/* Unmap [first, first + pages) from every region, waiting for the TLBs. */
static void unmap_everywhere(struct memory_object *object, uint64_t first, uint64_t pages)
{
	list_each(node, &object->regions)
	    mapping_drop_object(container_of(node, struct region, object_link), first, pages);
}

/* Give up all pages in [first, end). KN_RESTART until nothing is left there. */
static kn_status free_pages(struct memory_object *object, uint64_t first, uint64_t end)
{
	uint64_t page = first;
	pte_t *entry;

	while ((entry = page_map_next(&object->map, &page, end))) {
		uint64_t stop = end - page < CHUNK_PAGES ? end : page + CHUNK_PAGES;
		unsigned freed = 0;

		unmap_everywhere(object, page, stop - page);
		for (; entry; entry = page_map_next(&object->map, &page, stop)) {
			pte_t old = *entry;

			page_map_set(&object->map, entry, 0);
			if (old.raw & PAGE_PRESENT) {
				frame_release(frame_of(page_entry_frame(old)));
				freed++;
			}
			page_map_prune(&object->map, object->pool, page);
			page++;
		}
		object->committed -= freed;
		pool_uncharge(object->pool, freed);
		page = stop;
		if (work_step(10 + 10 * freed) && page < end)
			return KN_RESTART;
	}
	return KN_OK;
}

/* Let go of everything. `kept` is a slot that its remover unlinks itself. */
static kn_status retire(struct memory_object *object, const struct slot *kept)
{
	struct list *node;

	/* No new mappings, slices, pins or pages from here on. */
	object->kind = KN_MEMORY_KIND_NONE;
	while ((node = list_first(&object->slices))) {
		TRY(retire(container_of(node, struct memory_object, slice_link), nullptr));
	}
	while ((node = list_first(&object->regions))) {
		struct region *region = container_of(node, struct region, object_link);

		TRY(mapping_remove(region->space, region->start, region->end));
	}
	while ((node = list_first(&object->pins)))
		memory_object_unpin(container_of(node, struct tcb, ipc_link));
	if (object->pool) {
		TRY(free_pages(object, 0, PAGE_MAP_MAX_PAGES));
		invariant(object->committed == 0 && object->map.tree.root.raw == 0);
		list_remove(&object->pool_link);
		object->pool = nullptr;
	}
	if (object->whole) {
		list_remove(&object->slice_link);
		object->whole = nullptr;
	}
	if (!slot_is_empty(&object->backing) && &object->backing != kept) {
		if (object->backing.cap.flags & SLOT_INTERNAL)
			slot_drop_internal(&object->backing);
		else
			(void)slot_delete(&object->backing);
	}
	object->pages = 0;
	object->memory_type = VM_NORMAL;
	object->is_read_only = false;
	object->base = NO_FRAME;
	object->clone_source = 0;
	object->next = 0;
	return KN_OK;
}

kn_status memory_object_retire(struct memory_object *object)
{
	return retire(object, nullptr);
}

kn_status memory_object_destroy(struct object *object)
{
	return retire(memory_object_of(object), nullptr);
}

kn_status memory_object_sever(struct object *object, struct slot *slot)
{
	return retire(memory_object_of(object), slot);
}

/* ---- pages ---- */

bool memory_object_is_shared(paddr_t page)
{
	if (!frame_is_ram(page))
		return false;

	const struct frame *frame = frame_of(page);

	return frame->kind == FRAME_USER && frame->count > 1;
}

paddr_t memory_object_peek(struct memory_object *object, uint64_t page)
{
	if (page >= object->pages)
		return NO_FRAME;
	if (object->kind == KN_MEMORY_KIND_PHYSICAL)
		return paddr(object->base.raw + (page << PAGE_SHIFT));

	pte_t *entry = page_map_find(&object->map, page);

	return entry && (entry->raw & PAGE_PRESENT) ? page_entry_frame(*entry) : NO_FRAME;
}

/* The first write since a clone: the object gets its own frame. It is charged already. */
static kn_status unshare(struct memory_object *object, uint64_t page, pte_t *entry)
{
	paddr_t old = page_entry_frame(*entry), copy;

	TRY(pool_take_uncharged(object->pool, FRAME_USER, false, &copy));
	arch_copy_page(phys_to_virt(copy), phys_to_virt(old));
	unmap_everywhere(object, page, 1);
	page_map_set(&object->map, entry, copy.raw | (entry->raw & PAGE_PINNED) | PAGE_PRESENT);
	frame_release(frame_of(old));
	return KN_OK;
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

kn_status memory_object_page(
    struct memory_object *object, uint64_t page, bool for_write, paddr_t *frame)
{
	if (page >= object->pages || object->kind == KN_MEMORY_KIND_NONE)
		return KN_E_RANGE;
	if (object->kind == KN_MEMORY_KIND_PHYSICAL) {
		*frame = paddr(object->base.raw + (page << PAGE_SHIFT));
		return KN_OK;
	}

	pte_t *entry = page_map_find(&object->map, page);

	if (!entry || entry->raw == 0) {
		if (object->kind == KN_MEMORY_KIND_PAGER)
			return KN_E_WOULD_BLOCK;
		return add_page(object, page, frame);
	}
	if (entry->raw & PAGE_FAILED)
		return page_entry_reason(*entry);
	if (for_write && frame_of(page_entry_frame(*entry))->count > 1) {
		TRY(unshare(object, page, entry));
	}
	*frame = page_entry_frame(*entry);
	return KN_OK;
}

/* ---- IPC buffers ---- */

kn_status memory_object_pin(struct memory_object *object, uint64_t page, struct tcb *thread)
{
	paddr_t frame;

	if (object->kind != KN_MEMORY_KIND_ANONYMOUS)
		return KN_E_WRONG_TYPE;
	if (page >= object->pages)
		return KN_E_RANGE;

	pte_t *entry = page_map_find(&object->map, page);

	if (entry && (entry->raw & PAGE_PINNED))
		return KN_E_BUSY;

	kn_status status = memory_object_page(object, page, true, &frame);

	if (status != KN_OK)
		return status == KN_E_QUOTA ? KN_E_NO_MEMORY : status;
	memory_object_unpin(thread);
	entry = page_map_find(&object->map, page);
	page_map_set(&object->map, entry, entry->raw | PAGE_PINNED);
	thread->ipc_object = object;
	thread->ipc_page = page;
	thread->ipc = phys_to_virt(frame);
	list_append(&object->pins, &thread->ipc_link);
	return KN_OK;
}

void memory_object_unpin(struct tcb *thread)
{
	struct memory_object *object = thread->ipc_object;

	if (!object)
		return;

	pte_t *entry = page_map_find(&object->map, thread->ipc_page);

	page_map_set(&object->map, entry, entry->raw & ~PAGE_PINNED);
	list_remove(&thread->ipc_link);
	thread->ipc_object = nullptr;
	thread->ipc = nullptr;
}

static bool has_pins(struct memory_object *object, uint64_t first, uint64_t end)
{
	list_each(node, &object->pins)
	{
		const struct tcb *thread = container_of(node, struct tcb, ipc_link);

		if (thread->ipc_page >= first && thread->ipc_page < end)
			return true;
	}
	return false;
}

/* ---- configuration ---- */

static bool is_fresh(const struct memory_object *object)
{
	return object->kind == KN_MEMORY_KIND_NONE && object->pool == nullptr &&
	       slot_is_empty(&object->backing) && object->whole == nullptr;
}

static bool is_alive(const struct pool *pool)
{
	return pool->root != nullptr && !pool->root->is_emptying && !pool->is_emptying;
}

static bool is_inside(uint64_t first, uint64_t pages, uint64_t size)
{
	return first <= size && pages <= size - first;
}

static void join_pool(struct memory_object *object, struct pool *pool)
{
	object->pool = pool;
	list_append(&pool->objects, &object->pool_link);
}

kn_status memory_object_configure_anonymous(struct memory_object *self, struct invocation *inv,
    const struct memory_object_configure_anonymous_in *in)
{
	struct pool *pool = pool_of(in->pool->cap.object);

	if (!is_fresh(self) || !is_alive(pool))
		return KN_E_BUSY;
	if (in->pages > PAGE_MAP_MAX_PAGES)
		return KN_E_RANGE;
	join_pool(self, pool);
	self->kind = KN_MEMORY_KIND_ANONYMOUS;
	self->pages = in->pages;
	return KN_OK;
}

/* RAM may hold what somebody else left there. */
static kn_status zero_range(struct memory_object *object)
{
	for (; object->next < object->pages; object->next++) {
		arch_clear_page(
		    phys_to_virt(paddr(object->base.raw + (object->next << PAGE_SHIFT))));
		if (work_step(50)) {
			object->next++;
			return KN_RESTART;
		}
	}
	return KN_OK;
}

kn_status memory_object_configure_physical(struct memory_object *self, struct invocation *inv,
    const struct memory_object_configure_physical_in *in)
{
	struct cap *untyped = &in->untyped->cap;
	bool is_device = untyped->flags & SLOT_DEVICE;
	paddr_t base = paddr(untyped->badge + (in->first << PAGE_SHIFT));
	/* The second and later steps of the same call. */
	bool is_continued = self->kind == KN_MEMORY_KIND_NONE && !slot_is_empty(&self->backing) &&
			    in->untyped->child == &self->backing && self->base.raw == base.raw &&
			    self->pages == in->pages;
	kn_status status;

	if (untyped->size_bits < PAGE_SHIFT)
		return KN_E_RANGE;
	if (!is_continued) {
		uint64_t size = 1ull << (untyped->size_bits - PAGE_SHIFT);

		if (!is_fresh(self) || slot_has_children(in->untyped))
			return KN_E_BUSY;
		if (in->pages == 0 || !is_inside(in->first, in->pages, size))
			return KN_E_RANGE;
		/* RAM has one memory type in the whole system; devices are never cached. */
		if (in->memory_type > KN_MEMORY_TYPE_WRITE_COMBINE ||
		    is_device == (in->memory_type == KN_MEMORY_TYPE_NORMAL))
			return KN_E_INVALID_ARG;
		TRY(untyped_try_reset(in->untyped));
		slot_fill_internal(&self->backing, in->untyped, &self->object);
		untyped->payload = size << PAGE_SHIFT;
		untyped->zeroed = 0;
		self->base = base;
		self->pages = in->pages;
		self->memory_type = (enum vm_memory_type)in->memory_type;
		self->next = is_device ? in->pages : 0;
	}

	status = zero_range(self);
	if (status == KN_OK)
		self->kind = KN_MEMORY_KIND_PHYSICAL;
	return status;
}

kn_status memory_object_configure_slice(struct memory_object *self, struct invocation *inv,
    const struct memory_object_configure_slice_in *in)
{
	struct memory_object *source = memory_object_of(in->source->cap.object);

	if (!is_fresh(self))
		return KN_E_BUSY;
	if (source->kind != KN_MEMORY_KIND_PHYSICAL)
		return KN_E_WRONG_TYPE;
	if (in->pages == 0 || !is_inside(in->first, in->pages, source->pages))
		return KN_E_RANGE;
	self->kind = KN_MEMORY_KIND_PHYSICAL;
	self->base = paddr(source->base.raw + (in->first << PAGE_SHIFT));
	self->pages = in->pages;
	self->memory_type = source->memory_type;
	self->is_read_only = source->is_read_only || !(in->source->cap.rights & KN_RIGHT_WRITE);
	/* Slices of slices hang on the whole: one level, whatever order they die in. */
	self->whole = source->whole ? source->whole : source;
	list_append(&self->whole->slices, &self->slice_link);
	return KN_OK;
}

kn_status memory_object_configure_pager(struct memory_object *self, struct invocation *inv,
    const struct memory_object_configure_pager_in *in)
{
	struct pool *pool = pool_of(in->pool->cap.object);

	if (!is_fresh(self) || !is_alive(pool))
		return KN_E_BUSY;
	if (in->pages > PAGE_MAP_MAX_PAGES)
		return KN_E_RANGE;
	if (!slot_is_copyable(in->pager))
		return KN_E_INVALID_CAP;
	slot_derive(&self->backing, in->pager, in->pager->cap.rights, in->pager->cap.badge);
	join_pool(self, pool);
	self->kind = KN_MEMORY_KIND_PAGER;
	self->pages = in->pages;
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

/* Chunk by chunk: the source's writable mappings go before anything of the chunk is shared. */
static kn_status clone_pages(struct memory_object *self, struct memory_object *source)
{
	pte_t *entry;

	while ((entry = page_map_next(&source->map, &self->next, source->pages))) {
		uint64_t end = self->next + CHUNK_PAGES;
		unsigned count = 0;

		unmap_everywhere(source, self->next, CHUNK_PAGES);
		for (; entry; entry = page_map_next(&source->map, &self->next, end)) {
			if (self->next < self->pages) {
				TRY(clone_page(self, self->next, *entry));
			}
			self->next++;
			count++;
		}
		if (work_step(10 + 10 * count))
			return KN_RESTART;
	}
	return KN_OK;
}

kn_status memory_object_configure_clone(struct memory_object *self, struct invocation *inv,
    const struct memory_object_configure_clone_in *in)
{
	struct memory_object *source = memory_object_of(in->source->cap.object);
	struct pool *pool = pool_of(in->pool->cap.object);
	kn_status status;

	if (self->clone_source == 0) {
		if (!is_fresh(self) || self == source || !is_alive(pool))
			return KN_E_BUSY;
		/* A frame must not outlive its root pool in somebody else's hands. */
		if (source->kind != KN_MEMORY_KIND_ANONYMOUS || source->pool->root != pool->root)
			return KN_E_WRONG_TYPE;
		join_pool(self, pool);
		self->clone_source = source->id;
		self->next = 0;
		self->pages = source->pages;
	}
	if (self->clone_source != CLONE_FAILED) {
		if (self->clone_source != source->id || source->kind != KN_MEMORY_KIND_ANONYMOUS)
			return KN_E_BUSY;
		status = clone_pages(self, source);
		if (status == KN_RESTART)
			return status;
		if (status == KN_OK) {
			self->clone_source = 0;
			self->kind = KN_MEMORY_KIND_ANONYMOUS;
			return KN_OK;
		}
		self->clone_source = CLONE_FAILED;
	}
	status = retire(self, nullptr);
	return status == KN_OK ? KN_E_NO_MEMORY : status;
}

/* ---- methods on configured objects ---- */

static bool has_page_map(const struct memory_object *object)
{
	return object->kind == KN_MEMORY_KIND_ANONYMOUS || object->kind == KN_MEMORY_KIND_PAGER;
}

kn_status memory_object_resize(
    struct memory_object *self, struct invocation *inv, const struct memory_object_resize_in *in)
{
	if (!has_page_map(self))
		return KN_E_WRONG_TYPE;
	if (in->pages > PAGE_MAP_MAX_PAGES)
		return KN_E_RANGE;
	if (has_pins(self, in->pages, PAGE_MAP_MAX_PAGES))
		return KN_E_BUSY;
	/* The size first: what is beyond cannot be touched again while it is freed in steps. */
	self->pages = in->pages;
	return free_pages(self, in->pages, PAGE_MAP_MAX_PAGES);
}

kn_status memory_object_commit(
    struct memory_object *self, struct invocation *inv, const struct memory_object_commit_in *in)
{
	if (self->kind != KN_MEMORY_KIND_ANONYMOUS)
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages))
		return KN_E_RANGE;
	for (uint64_t page = in->first; page < in->first + in->pages; page++) {
		paddr_t frame;

		if (memory_object_peek(self, page).raw != 0)
			continue;

		kn_status status = memory_object_page(self, page, false, &frame);

		if (status != KN_OK)
			return status == KN_E_QUOTA ? KN_E_NO_MEMORY : status;
		if (work_step(60) && page + 1 < in->first + in->pages)
			return KN_RESTART;
	}
	return KN_OK;
}

kn_status memory_object_decommit(
    struct memory_object *self, struct invocation *inv, const struct memory_object_decommit_in *in)
{
	if (!has_page_map(self))
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages))
		return KN_E_RANGE;
	if (has_pins(self, in->first, in->first + in->pages))
		return KN_E_BUSY;
	return free_pages(self, in->first, in->first + in->pages);
}

/* Move one page; both are checked. */
static kn_status supply_page(
    struct memory_object *self, uint64_t page, struct memory_object *source, uint64_t source_page)
{
	pte_t *from = page_map_find(&source->map, source_page), *to;

	TRY(page_map_ensure(&self->map, self->pool, page, &to));

	kn_status status = pool_charge(self->pool, 1);
	if (status != KN_OK) {
		page_map_prune(&self->map, self->pool, page);
		return status;
	}
	unmap_everywhere(source, source_page, 1);
	page_map_set(&self->map, to, from->raw);
	page_map_set(&source->map, from, 0);
	page_map_prune(&source->map, source->pool, source_page);
	self->committed++;
	source->committed--;
	pool_uncharge(source->pool, 1);
	return KN_OK;
}

kn_status memory_object_supply(
    struct memory_object *self, struct invocation *inv, const struct memory_object_supply_in *in)
{
	struct memory_object *source = memory_object_of(in->source->cap.object);

	if (self->kind != KN_MEMORY_KIND_PAGER || source->kind != KN_MEMORY_KIND_ANONYMOUS ||
	    source->pool->root != self->pool->root)
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages) ||
	    !is_inside(in->source_first, in->pages, source->pages))
		return KN_E_RANGE;
	if (has_pins(source, in->source_first, in->source_first + in->pages))
		return KN_E_BUSY;
	for (uint64_t i = 0; i < in->pages; i++) {
		bool is_there = memory_object_peek(self, in->first + i).raw != 0;
		bool is_offered = memory_object_peek(source, in->source_first + i).raw != 0;

		/* There and gone from the source: moved by an earlier step. */
		if (is_there && !is_offered)
			continue;
		if (is_there)
			return KN_E_BUSY;
		if (!is_offered)
			return KN_E_RANGE;

		kn_status status = supply_page(self, in->first + i, source, in->source_first + i);

		if (status != KN_OK)
			return status == KN_E_QUOTA ? KN_E_NO_MEMORY : status;
		if (work_step(15) && i + 1 < in->pages)
			return KN_RESTART;
	}
	return KN_OK;
}

kn_status memory_object_fail(
    struct memory_object *self, struct invocation *inv, const struct memory_object_fail_in *in)
{
	if (self->kind != KN_MEMORY_KIND_PAGER)
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages))
		return KN_E_RANGE;
	/* A status that means something else to the fault classifier would mislead it. */
	if (in->reason >= 0 || in->reason == KN_E_WOULD_BLOCK)
		return KN_E_INVALID_ARG;

	uint64_t failed = (uint64_t)(int64_t)in->reason << 12 | PAGE_FAILED;

	for (uint64_t page = in->first; page < in->first + in->pages; page++) {
		pte_t *entry = page_map_find(&self->map, page);

		if (entry && ((entry->raw & PAGE_PRESENT) || entry->raw == failed))
			continue;

		kn_status status = page_map_ensure(&self->map, self->pool, page, &entry);

		if (status != KN_OK)
			return status == KN_E_QUOTA ? KN_E_NO_MEMORY : status;
		page_map_set(&self->map, entry, failed);
		if (work_step(5) && page + 1 < in->first + in->pages)
			return KN_RESTART;
	}
	return KN_OK;
}

kn_status memory_object_info(
    struct memory_object *self, struct invocation *inv, struct memory_object_info_out *out)
{
	out->info = (struct kn_memory_object_info){
	    .pages = self->pages,
	    .committed = self->committed,
	    .kind = self->kind,
	    .mappings = self->region_count,
	};
	return KN_OK;
}
