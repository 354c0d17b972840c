/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: life, configuration and methods. What happens to single pages is in
 * mm/object_pages.c.
 *
 * While an object is being configured in steps (clone, zeroing of physical memory) its kind is
 * NONE, which every other method and every mapping refuses.
 */
#include "object/memory_object.h"

#include "core/invocation.h"
#include "core/work.h"
#include "gen/memory_object_ops.h"
#include "mm/mapping.h"
#include "mm/object_pages.h"
#include "object/derivation.h"
#include "object/pool.h"
#include "object/tcb.h"
#include "object/untyped.h"

/* memory_object.clone_source while a failed clone is being cleaned up. */
#define CLONE_FAILED (~0ull)

uint64_t memory_id_new(void)
{
	static uint64_t last;

	return ++last;
}

void memory_object_init(struct object *head)
{
	struct memory_object *object = container_of(head, struct memory_object, object);

	object->id = memory_id_new();
	list_init(&object->pool_link);
	list_init(&object->regions);
	list_init(&object->cursor);
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

kn_status memory_object_retire(struct memory_object *object, const struct slot *kept)
{
	struct list *node;

	/* No new mappings, slices, pins or pages from here on. */
	object->kind = KN_MEMORY_KIND_NONE;
	TRY(object_settle(object));
	while ((node = list_first(&object->slices))) {
		TRY(memory_object_retire(container_of(node, struct memory_object, slice_link), nullptr));
		if (work_step(10))
			return KN_RESTART;
	}
	while ((node = list_first(&object->regions))) {
		struct region *region = container_of(node, struct region, object_link);

		TRY(mapping_remove(region->space, region->start, region->end));
		if (work_step(0))
			return KN_RESTART;
	}
	while ((node = list_first(&object->pins))) {
		memory_object_unpin(container_of(node, struct tcb, ipc_link));
		if (work_step(10))
			return KN_RESTART;
	}
	if (object->pool) {
		uint64_t first = 0;

		TRY(object_pages_free(object, &first, PAGE_MAP_MAX_PAGES));
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

kn_status memory_object_destroy(struct object *object)
{
	return memory_object_retire(container_of(object, struct memory_object, object), nullptr);
}

kn_status memory_object_sever(struct object *object, struct slot *slot)
{
	return memory_object_retire(container_of(object, struct memory_object, object), slot);
}

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

	TRY(no_memory(object_page(object, page, true, &frame)));
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
	list_each (node, &object->pins) {
		const struct tcb *thread = container_of(node, struct tcb, ipc_link);

		if (thread->ipc_page - first < end - first)
			return true;
	}
	return false;
}

static bool is_fresh(const struct memory_object *object)
{
	return object->kind == KN_MEMORY_KIND_NONE && object->pool == nullptr &&
	       slot_is_empty(&object->backing) && object->whole == nullptr;
}

static bool is_inside(uint64_t first, uint64_t pages, uint64_t size)
{
	return first <= size && pages <= size - first;
}

static kn_status check_paged(
    const struct memory_object *object, const struct pool *pool, uint64_t pages)
{
	if (!is_fresh(object) || pool->root == nullptr || pool->root->is_emptying || pool->is_emptying)
		return KN_E_BUSY;
	return pages > PAGE_MAP_MAX_PAGES ? KN_E_RANGE : KN_OK;
}

static void make_paged(
    struct memory_object *object, struct pool *pool, uint64_t pages, uint32_t kind)
{
	object->pool = pool;
	list_append(&pool->objects, &object->pool_link);
	object->pages = pages;
	object->kind = kind;
}

kn_status memory_object_configure_anonymous(
    struct memory_object *self, const struct memory_object_configure_anonymous_in *in)
{
	struct pool *pool = slot_object(in->pool, pool);

	TRY(check_paged(self, pool, in->pages));
	make_paged(self, pool, in->pages, KN_MEMORY_KIND_ANONYMOUS);
	return KN_OK;
}

/* RAM may hold what somebody else left there. */
static kn_status zero_range(struct memory_object *object)
{
	while (object->next < object->pages) {
		arch_clear_page(phys_to_virt(paddr(object->base.raw + (object->next++ << PAGE_SHIFT))));
		if (work_step(50))
			return KN_RESTART;
	}
	return KN_OK;
}

kn_status memory_object_configure_physical(
    struct memory_object *self, const struct memory_object_configure_physical_in *in)
{
	struct cap *untyped = &in->untyped->cap;
	bool is_device = untyped->flags & SLOT_DEVICE;
	paddr_t base = paddr(untyped->badge + (in->first << PAGE_SHIFT));
	/* The second and later steps of the same call. */
	bool is_continued = self->kind == KN_MEMORY_KIND_NONE && !slot_is_empty(&self->backing) &&
			    in->untyped->child == &self->backing && self->base.raw == base.raw &&
			    self->pages == in->pages;

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

	TRY(zero_range(self));
	self->kind = KN_MEMORY_KIND_PHYSICAL;
	return KN_OK;
}

kn_status memory_object_configure_slice(
    struct memory_object *self, const struct memory_object_configure_slice_in *in)
{
	struct memory_object *source = slot_object(in->source, memory_object);

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

kn_status memory_object_configure_pager(
    struct memory_object *self, const struct memory_object_configure_pager_in *in)
{
	struct pool *pool = slot_object(in->pool, pool);

	TRY(check_paged(self, pool, in->pages));
	if (!slot_is_copyable(in->pager))
		return KN_E_INVALID_CAP;
	slot_replace(&self->backing, in->pager);
	make_paged(self, pool, in->pages, KN_MEMORY_KIND_PAGER);
	return KN_OK;
}

kn_status memory_object_configure_clone(
    struct memory_object *self, const struct memory_object_configure_clone_in *in)
{
	struct memory_object *source = slot_object(in->source, memory_object);
	struct pool *pool = slot_object(in->pool, pool);
	kn_status status;

	if (self->clone_source == 0) {
		TRY(self == source ? KN_E_BUSY : check_paged(self, pool, source->pages));
		/* A frame must not outlive its root pool in somebody else's hands. */
		if (source->kind != KN_MEMORY_KIND_ANONYMOUS || source->pool->root != pool->root)
			return KN_E_WRONG_TYPE;
		make_paged(self, pool, source->pages, KN_MEMORY_KIND_NONE);
		self->clone_source = source->id;
		self->next = 0;
	}
	if (self->clone_source != CLONE_FAILED) {
		if (self->clone_source != source->id || source->kind != KN_MEMORY_KIND_ANONYMOUS)
			return KN_E_BUSY;
		status = object_pages_clone(self, source);
		if (status == KN_RESTART)
			return status;
		if (status == KN_OK) {
			self->clone_source = 0;
			self->kind = KN_MEMORY_KIND_ANONYMOUS;
			return KN_OK;
		}
		self->clone_source = CLONE_FAILED;
	}
	TRY(memory_object_retire(self, nullptr));
	return KN_E_NO_MEMORY;
}

static bool has_page_map(const struct memory_object *object)
{
	return object->kind == KN_MEMORY_KIND_ANONYMOUS || object->kind == KN_MEMORY_KIND_PAGER;
}

kn_status memory_object_resize(struct memory_object *self, const struct memory_object_resize_in *in)
{
	if (!has_page_map(self))
		return KN_E_WRONG_TYPE;
	if (in->pages > PAGE_MAP_MAX_PAGES)
		return KN_E_RANGE;
	if (has_pins(self, in->pages, PAGE_MAP_MAX_PAGES))
		return KN_E_BUSY;
	/* The size first: what is beyond cannot be touched again while it is freed in steps. */
	self->pages = in->pages;
	uint64_t first = in->pages;

	return object_pages_free(self, &first, PAGE_MAP_MAX_PAGES);
}

/* Operands 0 and 1 are a range of pages: what is left of it. */
static void resume(uint64_t end, uint64_t page)
{
	inv_resume(0, page);
	inv_resume(1, end - page);
}

kn_status memory_object_commit(struct memory_object *self, const struct memory_object_commit_in *in)
{
	if (self->kind != KN_MEMORY_KIND_ANONYMOUS)
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages))
		return KN_E_RANGE;
	for (uint64_t page = in->first; page < in->first + in->pages; page++) {
		paddr_t frame;

		bool is_there = object_page_peek(self, page).raw != 0;

		if (!is_there)
			TRY(no_memory(object_page(self, page, false, &frame)));
		if (work_step(is_there ? 4 : 80) && page + 1 < in->first + in->pages) {
			resume(in->first + in->pages, page + 1);
			return KN_RESTART;
		}
	}
	return KN_OK;
}

kn_status memory_object_decommit(
    struct memory_object *self, const struct memory_object_decommit_in *in)
{
	if (!has_page_map(self))
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages))
		return KN_E_RANGE;
	if (has_pins(self, in->first, in->first + in->pages))
		return KN_E_BUSY;
	uint64_t first = in->first, end = first + in->pages;
	kn_status status = object_pages_free(self, &first, end);

	if (status == KN_RESTART)
		resume(end, first);
	return status;
}

kn_status memory_object_supply(struct memory_object *self, const struct memory_object_supply_in *in)
{
	struct memory_object *source = slot_object(in->source, memory_object);

	if (self->kind != KN_MEMORY_KIND_PAGER || source->kind != KN_MEMORY_KIND_ANONYMOUS ||
	    source->pool->root != self->pool->root)
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages) || !is_inside(in->source_first, in->pages, source->pages))
		return KN_E_RANGE;
	if (has_pins(source, in->source_first, in->source_first + in->pages))
		return KN_E_BUSY;
	for (uint64_t i = 0; i < in->pages; i++) {
		TRY(object_settle(self));
		TRY(object_page_hide(source, in->source_first + i));

		bool is_there = object_page_peek(self, in->first + i).raw != 0;
		bool is_offered = object_page_peek(source, in->source_first + i).raw != 0;

		/* There and gone from the source: moved by an earlier step. */
		if (is_there && is_offered)
			return KN_E_BUSY;
		if (!is_there && !is_offered)
			return KN_E_RANGE;
		if (is_offered)
			TRY(no_memory(object_page_supply(self, in->first + i, source, in->source_first + i)));
		if (work_step(is_offered ? 30 : 7) && i + 1 < in->pages) {
			inv_resume(0, in->first + i + 1);
			inv_resume(2, in->source_first + i + 1);
			inv_resume(3, in->pages - i - 1);
			return KN_RESTART;
		}
	}
	return KN_OK;
}

kn_status memory_object_fail(struct memory_object *self, const struct memory_object_fail_in *in)
{
	if (self->kind != KN_MEMORY_KIND_PAGER)
		return KN_E_WRONG_TYPE;
	if (!is_inside(in->first, in->pages, self->pages))
		return KN_E_RANGE;
	/* A status that means something else to the fault classifier would mislead it. */
	if (in->reason >= 0 || in->reason == KN_E_WOULD_BLOCK)
		return KN_E_INVALID_ARG;

	uint64_t failed = (uint64_t)(int64_t)in->reason << 12 | PAGE_FAILED;

	TRY(object_settle(self));

	for (uint64_t page = in->first; page < in->first + in->pages; page++) {
		pte_t *entry = page_map_find(&self->map, page);

		if (!entry || (!(entry->raw & PAGE_PRESENT) && entry->raw != failed)) {
			TRY(no_memory(page_map_ensure(&self->map, self->pool, page, &entry)));
			page_map_set(&self->map, entry, failed);
		}
		if (work_step(12) && page + 1 < in->first + in->pages) {
			resume(in->first + in->pages, page + 1);
			return KN_RESTART;
		}
	}
	return KN_OK;
}

kn_status memory_object_info(struct memory_object *self, struct memory_object_info_out *out)
{
	out->info = (struct kn_memory_object_info){
	    .pages = self->pages, .committed = self->committed, .kind = self->kind, .mappings = self->region_count,
	};
	return KN_OK;
}
