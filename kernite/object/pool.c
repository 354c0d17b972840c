/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools: see pool.h for what they own and promise.
 *
 * A range of frames enters with the first frame as its head (struct pool_range), whose internal
 * slot hangs below the untyped's: so refill costs O(1), nothing is allocated, and revoking the
 * untyped finds the pool. Frames are not even looked at before they are handed out the first time.
 *
 * Emptying goes top down and is restartable: children, address spaces, memory objects, then the
 * ranges. When the ranges are reached, nothing can hold a frame any more, because every frame that
 * was handed out is on the books of something on those lists (frames are shared only below one
 * root).
 */
#include "object/pool.h"

#include "core/poison.h"
#include "core/work.h"
#include "gen/pool_ops.h"
#include "object/derivation.h"
#include "object/memory_object.h"
#include "object/untyped.h"
#include "object/vspace.h"

#define RANGE_MIN_PAGES 2

void pool_init(struct object *object)
{
	struct pool *pool = container_of(object, struct pool, object);

	list_init(&pool->children);
	list_init(&pool->sibling);
	list_init(&pool->objects);
	list_init(&pool->spaces);
	list_init(&pool->ranges);
	pool->root = pool;
	pool->limit = POOL_NO_LIMIT;
}

/* ---- charges ---- */

static kn_status check_limits(const struct pool *pool, uint64_t pages)
{
	for (; pool; pool = pool->parent)
		if (pool->used > pool->limit || pages > pool->limit - pool->used)
			return KN_E_QUOTA;
	return KN_OK;
}

kn_status pool_check(const struct pool *pool, uint64_t pages)
{
	TRY(check_limits(pool, pages));
	if (!pool->root || pool->root->is_emptying || pages > pool->root->home.free)
		return KN_E_NO_MEMORY;
	return KN_OK;
}

kn_status pool_charge(struct pool *pool, uint64_t pages)
{
	TRY(check_limits(pool, pages));
	for (struct pool *level = pool; level; level = level->parent) {
		level->used += pages;
		if (level->used > level->peak)
			level->peak = level->used;
	}
	return KN_OK;
}

void pool_uncharge(struct pool *pool, uint64_t pages)
{
	for (struct pool *level = pool; level; level = level->parent) {
		invariant(level->used >= pages);
		level->used -= pages;
	}
}

static struct frame *pop(uint32_t *head)
{
	struct frame *frame = &frame_table[*head - 1];

	invariant(frame->kind == FRAME_POOL_FREE);
	*head = frame->next;
	return frame;
}

/* A frame that was never handed out, or null. */
static struct frame *take_untouched(struct pool *root)
{
	struct list *first = list_first(&root->ranges);

	if (!first)
		return nullptr;
	struct pool_range *range = container_of(first, struct pool_range, link);

	if (range->taken == range->pages)
		return nullptr;

	struct frame *frame = frame_of(range->base) + range->taken++;

	poison_check(phys_to_virt(frame_address(frame)), PAGE_SIZE, POISON_LINE);
	frame->home = &root->home;
	frame->flags = 0;
	if (range->taken == range->pages) {
		list_remove(&range->link);
		list_append(&root->ranges, &range->link);
	}
	return frame;
}

kn_status pool_take_uncharged(struct pool *pool, enum frame_kind kind, bool is_zeroed, paddr_t *out)
{
	struct pool *root = pool->root;
	struct frame *frame;
	bool is_clean = false;

	if (!root || root->is_emptying)
		return KN_E_NO_MEMORY;
	if (root->home.zeroed != 0 && (is_zeroed || root->home.dirty == 0)) {
		frame = pop(&root->home.zeroed);
		poison_check_zero(phys_to_virt(frame_address(frame)));
		is_clean = true;
	} else if (root->home.dirty != 0) {
		frame = pop(&root->home.dirty);
	} else {
		frame = take_untouched(root);
		if (!frame)
			return KN_E_NO_MEMORY;
	}
	root->home.free--;
	frame->kind = kind;
	frame->count = kind == FRAME_USER;
	*out = frame_address(frame);
	if (is_zeroed && !is_clean)
		arch_clear_page(phys_to_virt(*out));
	return KN_OK;
}

kn_status pool_take(struct pool *pool, enum frame_kind kind, bool is_zeroed, paddr_t *out)
{
	TRY(pool_charge(pool, 1));

	kn_status status = pool_take_uncharged(pool, kind, is_zeroed, out);
	if (status != KN_OK)
		pool_uncharge(pool, 1);
	return status;
}

void pool_give(struct pool *pool, paddr_t frame, bool is_zero)
{
	frame_free(frame_of(frame), is_zero);
	pool_uncharge(pool, 1);
}

struct slot *pool_find_handler(struct pool *pool)
{
	for (; pool; pool = pool->parent)
		if (!slot_is_empty(&pool->handler))
			return &pool->handler;
	return nullptr;
}

/* ---- ranges ---- */

static void add_range(struct pool *pool, paddr_t base, uint64_t pages, struct slot *untyped)
{
	struct pool_range *range = phys_to_virt(base);
	struct frame *head = frame_of(base);

	memset(range, 0, sizeof(*range));
	range->pool = pool;
	range->base = base;
	range->pages = pages;
	range->taken = 1;
	head->kind = FRAME_POOL_HEAD;
	head->home = &pool->home;
	list_prepend(&pool->ranges, &range->link);
	pool->home.free += pages - 1;
	if (untyped)
		slot_fill_internal(&range->slot, untyped, &pool->object);
}

void pool_add_boot_frames(struct pool *pool, paddr_t base, uint64_t pages)
{
	invariant(pages >= RANGE_MIN_PAGES);
	add_range(pool, base, pages, nullptr);
}

/* Make the range's frames untyped again; true: done. `kept` is a slot that its remover unlinks
 * itself. */
static bool return_range(struct pool_range *range, const struct slot *kept)
{
	struct frame *frames = frame_of(range->base);

	while (range->taken > 0) {
		frames[--range->taken] = (struct frame){.kind = FRAME_UNTYPED};
		if (work_step(1) && range->taken > 0)
			return false;
	}
	list_remove(&range->link);
	if (&range->slot != kept)
		slot_drop_internal(&range->slot);
	return true;
}

static kn_status empty(struct pool *pool, const struct slot *kept)
{
	struct list *node;

	pool->is_emptying = true;
	while ((node = list_first(&pool->children))) {
		TRY(empty(container_of(node, struct pool, sibling), nullptr));
		if (work_step(10))
			return KN_RESTART;
	}
	while ((node = list_first(&pool->spaces))) {
		TRY(vspace_retire(container_of(node, struct vspace, pool_link)));
		if (work_step(40))
			return KN_RESTART;
	}
	while ((node = list_first(&pool->objects))) {
		TRY(memory_object_retire(container_of(node, struct memory_object, pool_link), nullptr));
		if (work_step(25))
			return KN_RESTART;
	}
	invariant(pool->used == 0);
	if (pool->parent) {
		/* Nobody pays any more: a pool without a root refuses every charge. */
		list_remove(&pool->sibling);
		pool->parent = nullptr;
		pool->root = nullptr;
		return KN_OK;
	}
	pool->home = (struct frame_home){};
	while ((node = list_first(&pool->ranges)))
		if (!return_range(container_of(node, struct pool_range, link), kept) || work_step(10))
			return KN_RESTART;
	return KN_OK;
}

kn_status pool_destroy(struct object *object)
{
	struct pool *pool = container_of(object, struct pool, object);

	TRY(empty(pool, nullptr));
	slot_replace(&pool->handler, nullptr);
	return KN_OK;
}

kn_status pool_sever(struct object *object, struct slot *slot)
{
	struct pool *pool = container_of(object, struct pool, object);

	TRY(empty(pool, slot));
	pool->is_emptying = false; /* usable again after a refill */
	return KN_OK;
}

/* ---- methods ---- */

kn_status pool_configure(struct pool *self, const struct pool_configure_in *in)
{
	struct pool *parent = slot_object(in->parent, pool);

	if (self->parent || parent == self || self->used != 0 || self->root != self ||
	    !list_is_empty(&self->ranges) || !list_is_empty(&self->children) ||
	    !list_is_empty(&self->objects) || !list_is_empty(&self->spaces))
		return KN_E_BUSY;
	if (!parent->root || parent->is_emptying)
		return KN_E_BUSY;
	if (parent->depth + 1 >= POOL_DEPTH_MAX)
		return KN_E_TOO_DEEP;
	self->parent = parent;
	self->root = parent->root;
	self->depth = parent->depth + 1;
	self->limit = in->limit;
	list_append(&parent->children, &self->sibling);
	return KN_OK;
}

kn_status pool_refill(struct pool *self, const struct pool_refill_in *in)
{
	struct cap *untyped = &in->untyped->cap;
	paddr_t base = paddr(untyped->badge);

	if (untyped->size_bits < PAGE_SHIFT)
		return KN_E_ALIGNMENT;

	uint64_t pages = 1ull << (untyped->size_bits - PAGE_SHIFT);

	if (untyped->flags & SLOT_DEVICE)
		return KN_E_NOT_SUPPORTED;
	if (self->root != self)
		return KN_E_WRONG_TYPE;
	if (slot_has_children(in->untyped) || self->is_emptying || pages < RANGE_MIN_PAGES)
		return KN_E_BUSY;

	TRY(untyped_try_reset(in->untyped));
	add_range(self, base, pages, in->untyped);
	untyped->payload = pages << PAGE_SHIFT;
	untyped->zeroed = 0;
	return KN_OK;
}

kn_status pool_set_limit(struct pool *self, const struct pool_set_limit_in *in)
{
	self->limit = in->limit;
	return KN_OK;
}

kn_status pool_set_handler(struct pool *self, const struct pool_set_handler_in *in)
{
	if (in->handler && !slot_is_copyable(in->handler))
		return KN_E_INVALID_CAP;
	slot_replace(&self->handler, in->handler);
	return KN_OK;
}

kn_status pool_info(struct pool *self, struct pool_info_out *out)
{
	out->info = (struct kn_pool_info){.used = self->used, .limit = self->limit,
	    .free = self->root ? self->root->home.free : 0, .peak = self->peak};
	return KN_OK;
}
