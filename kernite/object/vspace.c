/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: life and methods. What happens to ranges is in mm/mapping.c, faults in
 * mm/populate.c, fork in mm/clone.c.
 *
 * Each method first checks everything it was given (decode), then reserves the structures it may
 * need, and only then changes something. A space into which a clone is still under way refuses all
 * changes but the clone itself.
 */
#include "object/vspace.h"

#include "core/address_wait.h"
#include "core/invocation.h"
#include "core/scheduler.h"
#include "core/work.h"
#include "gen/vspace_ops.h"
#include "mm/clone.h"
#include "mm/fault.h"
#include "mm/mapping.h"
#include "object/memory_object.h"
#include "object/pool.h"
#include "uapi/object/memory_object.h"

#define PROT_ALL (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE | KN_VSPACE_PROT_EXECUTE | KN_VSPACE_PROT_BRANCH)
#define MAP_ALL                                                                                    \
	(KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_FIXED |                      \
	    KN_VSPACE_MAP_NO_REPLACE | KN_VSPACE_MAP_POPULATE | KN_VSPACE_MAP_NO_INHERIT)
#define TAKE_MAX_PAGES 4096
/* What take() moves at once. */
#define TAKE_STEP 48
#define TAKE_STEP_COPIED 12
/* Threads that wake() wakes at once. */
#define WAKE_STEP 20

/* ---- life ---- */

void vspace_init(struct object *object)
{
	struct vspace *space = container_of(object, struct vspace, object);

	space->id = memory_id_new();
	space->tables = (struct table_tree){.levels = TABLE_LEVELS, .kind = FRAME_TABLE};
	list_init(&space->pool_link);
	list_init(&space->threads);
	region_set_init(&space->regions);
}

kn_status vspace_setup(struct vspace *space, struct pool *pool, uint64_t map_base)
{
	paddr_t root;

	TRY(pool_take(pool, FRAME_TABLE, true, &root));
	space->tables.root = root;
	space->tables.count = 1;
	space->pool = pool;
	space->map_base = map_base;
	space->map_hint = map_base;
	list_append(&pool->spaces, &space->pool_link);
	arch_space_init(&space->arch, root);
	return KN_OK;
}

kn_status vspace_empty(struct vspace *space)
{
	return space->tables.root.raw == 0 ? KN_OK : mapping_remove(space, KN_USER_MIN, KN_USER_MAX);
}

kn_status vspace_retire(struct vspace *space)
{
	struct list *node;

	space->is_emptying = true;
	while ((node = list_first(&space->threads))) {
		struct tcb *thread = container_of(node, struct tcb, vspace_link);

		if (!thread_halt(thread))
			return KN_RESTART;
		vspace_detach(thread);
		if (work_step(10))
			return KN_RESTART;
	}

	TRY(vspace_empty(space));
	if (space->tables.root.raw != 0) {
		invariant(space->tables.count == 1 && space->committed == 0 && space->mapped == 0);
		TRY(region_set_destroy(&space->regions, space->pool));
		arch_space_destroy(&space->arch);
		pool_give(space->pool, space->tables.root, false);
		space->tables.root = NO_FRAME;
		space->tables.count = 0;
		list_remove(&space->pool_link);
		space->pool = nullptr;
	}
	space->cloning = 0;
	space->clone_failed = false;
	space->is_emptying = false;
	return KN_OK;
}

kn_status vspace_destroy(struct object *object)
{
	return vspace_retire(container_of(object, struct vspace, object));
}

void vspace_attach(struct vspace *space, struct tcb *thread)
{
	thread->vspace = space;
	list_append(&space->threads, &thread->vspace_link);
}

void vspace_detach(struct tcb *thread)
{
	if (!thread->vspace)
		return;
	list_remove(&thread->vspace_link);
	thread->vspace = nullptr;
}

/* ---- decode ---- */

/* May methods change this space now? */
static kn_status check_usable(const struct vspace *space)
{
	if (space->tables.root.raw == 0 || space->cloning != 0 || space->is_emptying)
		return KN_E_BUSY;
	return KN_OK;
}

static kn_status check_range(uint64_t address, uint64_t pages)
{
	if (address & PAGE_MASK)
		return KN_E_ALIGNMENT;
	if (pages == 0 || pages > KN_USER_MAX >> PAGE_SHIFT || address < KN_USER_MIN ||
	    address >= KN_USER_MAX || KN_USER_MAX - address < pages << PAGE_SHIFT)
		return KN_E_BAD_ADDRESS;
	return KN_OK;
}

static bool is_prot_valid(uint32_t prot)
{
	const uint32_t code = KN_VSPACE_PROT_EXECUTE;

	return !(prot & ~(uint32_t)PROT_ALL) && !(prot & code && prot & KN_VSPACE_PROT_WRITE) &&
	       !(prot & KN_VSPACE_PROT_BRANCH && !(prot & code));
}

/* No machine can write without reading. */
static uint32_t readable(uint32_t prot)
{
	return prot & KN_VSPACE_PROT_WRITE ? prot | KN_VSPACE_PROT_READ : prot;
}

static kn_status check_object(const struct vspace_map_in *in, uint32_t max_prot)
{
	struct memory_object *object = slot_object(in->object, memory_object);
	uint32_t rights = in->object->cap.rights, needed = 0;
	bool is_shared = in->flags & KN_VSPACE_MAP_SHARED;

	if (object->kind == KN_MEMORY_KIND_NONE)
		return KN_E_INVALID_ARG;
	if (object->memory_type != VM_NORMAL && !is_shared)
		return KN_E_INVALID_ARG;
	/* Writing to a private mapping writes to a copy: only reading is asked of the object. */
	if (max_prot & KN_VSPACE_PROT_READ)
		needed |= KN_RIGHT_READ;
	if (is_shared && (max_prot & KN_VSPACE_PROT_WRITE))
		needed |= KN_RIGHT_WRITE;
	if (max_prot & KN_VSPACE_PROT_EXECUTE)
		needed |= KN_RIGHT_EXECUTE;
	if ((rights & needed) != needed || (object->is_read_only && (needed & KN_RIGHT_WRITE)))
		return KN_E_RIGHTS;
	if (in->offset > object->pages || in->pages > object->pages - in->offset)
		return KN_E_RANGE;
	return KN_OK;
}

static kn_status check_map(const struct vspace_map_in *in, uint32_t prot, uint32_t max_prot)
{
	uint32_t sharing = in->flags & (KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_SHARED);

	if (!is_prot_valid(in->prot) || !is_prot_valid(in->max_prot) || (prot & ~max_prot) || (in->flags & ~(uint32_t)MAP_ALL) ||
	    (sharing != KN_VSPACE_MAP_PRIVATE && sharing != KN_VSPACE_MAP_SHARED) ||
	    ((in->flags & KN_VSPACE_MAP_NO_REPLACE) && !(in->flags & KN_VSPACE_MAP_FIXED)))
		return KN_E_INVALID_ARG;
	if (in->address & PAGE_MASK)
		return KN_E_ALIGNMENT;
	if (in->flags & KN_VSPACE_MAP_FIXED)
		TRY(check_range(in->address, in->pages));
	if (in->pages == 0)
		return KN_E_INVALID_ARG;
	if (in->pages > KN_USER_MAX >> PAGE_SHIFT)
		return KN_E_NO_MEMORY;
	if (in->object)
		return check_object(in, max_prot);
	if (sharing != KN_VSPACE_MAP_PRIVATE || in->offset != 0)
		return KN_E_INVALID_ARG;
	/* Nobody minted EXECUTE for memory that has no object. */
	return max_prot & KN_VSPACE_PROT_EXECUTE ? KN_E_RIGHTS : KN_OK;
}

/* ---- methods ---- */

kn_status vspace_configure(struct vspace *self, const struct vspace_configure_in *in)
{
	if (self->tables.root.raw != 0 || self->is_emptying)
		return KN_E_BUSY;
	if ((in->map_base & PAGE_MASK) || in->map_base < KN_USER_MIN || in->map_base >= KN_USER_MAX)
		return KN_E_BAD_ADDRESS;
	return no_memory(vspace_setup(self, slot_object(in->pool, pool), in->map_base));
}

/* Fill what one step allows; faults do the rest. */
static void populate(struct vspace *space, uint64_t start, uint64_t end, unsigned prot)
{
	struct populate_miss miss;
	unsigned access = prot & KN_VSPACE_PROT_WRITE  ? VM_WRITE : prot & KN_VSPACE_PROT_READ ? VM_READ : VM_EXECUTE;

	if (prot == 0)
		return;
	for (uint64_t address = start; address < end; address += PAGE_SIZE)
		if (vspace_populate(space, address, access, &miss) != KN_OK || work_step(80))
			return;
}

kn_status vspace_map(
    struct vspace *self, const struct vspace_map_in *in, struct vspace_map_out *out)
{
	uint32_t prot = readable(in->prot), max_prot = readable(in->max_prot);
	uint64_t size = in->pages << PAGE_SHIFT, address = in->address;

	TRY(check_usable(self));
	TRY(check_map(in, prot, max_prot));
	if (in->flags & KN_VSPACE_MAP_FIXED) {
		struct region *region = region_at_or_above(&self->regions, address);

		if ((in->flags & KN_VSPACE_MAP_NO_REPLACE) && region && region->start < address + size)
			return KN_E_OVERLAP;
	} else {
		address = mapping_find_gap(self, in->address, in->pages);
		if (address == 0)
			return KN_E_NO_MEMORY;
	}

	struct region mapping = {
	    .object = in->object ? slot_object(in->object, memory_object) : nullptr, .offset = in->offset,
	    .start = address, .end = address + size, .prot = (uint8_t)prot, .max_prot = (uint8_t)max_prot,
	    .flags = (uint8_t)(in->flags & (KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_NO_INHERIT)),
	};

	TRY(no_memory(region_reserve(&self->regions, self->pool, 2)));
	/* Replace what is there: restartable. */
	if (in->flags & KN_VSPACE_MAP_FIXED)
		TRY(mapping_remove(self, mapping.start, mapping.end));
	(void)mapping_add(self, &mapping, nullptr);
	if (in->flags & KN_VSPACE_MAP_POPULATE)
		populate(self, mapping.start, mapping.end, prot);
	if (address == self->map_hint)
		self->map_hint = address + size;
	out->mapped = address;
	return KN_OK;
}

kn_status vspace_unmap(struct vspace *self, const struct vspace_unmap_in *in)
{
	TRY(check_usable(self));
	TRY(check_range(in->address, in->pages));
	TRY(no_memory(region_reserve(&self->regions, self->pool, 1)));
	return mapping_remove(self, in->address, in->address + (in->pages << PAGE_SHIFT));
}

kn_status vspace_protect(struct vspace *self, const struct vspace_protect_in *in)
{
	uint32_t prot = readable(in->prot);

	TRY(check_usable(self));
	TRY(check_range(in->address, in->pages));
	if (!is_prot_valid(in->prot))
		return KN_E_INVALID_ARG;

	uint64_t start = in->address, end = start + (in->pages << PAGE_SHIFT);
	struct region *region = region_find(&self->regions, start), *next;

	if (!region)
		return KN_E_BAD_ADDRESS;
	if (prot & ~region->max_prot)
		return KN_E_RIGHTS;
	uint64_t covered = region_run_end(&self->regions, region, 1, prot, &next);

	if (covered < end)
		return next && next->start == covered ? KN_E_RIGHTS : KN_E_BAD_ADDRESS;
	TRY(no_memory(region_reserve(&self->regions, self->pool, 3)));

	kn_status status = mapping_protect(self, &start, end, prot);

	if (status == KN_RESTART) {
		inv_resume(0, start);
		inv_resume(1, (end - start) >> PAGE_SHIFT);
	}
	return status;
}

kn_status vspace_discard(struct vspace *self, const struct vspace_discard_in *in)
{
	TRY(check_usable(self));
	TRY(check_range(in->address, in->pages));
	return mapping_clear(self, in->address, in->address + (in->pages << PAGE_SHIFT));
}

kn_status vspace_clone(struct vspace *self, const struct vspace_clone_in *in)
{
	struct vspace *child = slot_object(in->child, vspace);
	kn_status status;

	if (child == self || check_usable(self) != KN_OK || child->tables.root.raw == 0 || child->is_emptying)
		return KN_E_BUSY;
	if (child->cloning == 0) {
		if (child->regions.count != 0)
			return KN_E_BUSY;
		/* Frames are shared below one root only: their owner must not go away under a
		 * sharer. */
		if (child->pool->root != self->pool->root)
			return KN_E_INVALID_ARG;
		child->cloning = self->id;
		child->clone_next = 0;
		child->clone_failed = false;
		child->map_base = self->map_base;
		child->map_hint = self->map_hint;
	} else if (child->cloning != self->id) {
		return KN_E_BUSY;
	}
	if (!child->clone_failed) {
		status = clone_step(self, child);
		if (status == KN_RESTART)
			return status;
		if (status == KN_OK) {
			child->cloning = 0;
			return KN_OK;
		}
		child->clone_failed = true;
	}
	TRY(vspace_empty(child));
	TRY(region_set_destroy(&child->regions, child->pool));
	child->cloning = 0;
	child->clone_failed = false;
	return KN_E_NO_MEMORY;
}

kn_status vspace_clear(struct vspace *self)
{
	if (self->tables.root.raw == 0 || self->is_emptying)
		return KN_E_BUSY;

	TRY(vspace_empty(self));
	/* Also the end of a clone that nobody will finish. */
	self->cloning = 0;
	self->clone_failed = false;
	self->map_hint = self->map_base;
	return KN_OK;
}

/* Private pages in [start, end), as far as the work budget reaches: nothing can be kept for a
 * restart. */
static uint64_t count_committed(struct vspace *space, uint64_t start, uint64_t end, bool is_bounded)
{
	struct leaf_walk walk = {.stop = start, .end = end};
	uint64_t count = 0;

	while (leaf_walk_next(&walk, space)) {
		for (unsigned i = walk.first; i < walk.last; i++)
			count += pte_is_private(walk.leaf[i]);
		if (is_bounded && work_step((walk.last - walk.first) / 4))
			break;
	}
	return count;
}

kn_status vspace_query(
    struct vspace *self, const struct vspace_query_in *in, struct vspace_query_out *out)
{
	struct region *region = self->tables.root.raw != 0 ? region_at_or_above(&self->regions, in->address) : nullptr;

	if (!region) {
		out->info = (struct kn_region_info){};
		return KN_OK;
	}
	out->info = (struct kn_region_info){
	    .address = region->start, .pages = (region->end - region->start) >> PAGE_SHIFT, .prot = region->prot,
	    .flags = region->flags, .object_offset = region->object ? region->offset : 0,
	    .object_id = region->object ? region->object->id : 0,
	    .committed = count_committed(self, region->start, region->end, true),
	};
	return KN_OK;
}

/* What a waiter at `address` is known by: memory that several spaces see has one name. */
static void wait_key(struct vspace *space, uint64_t address, uint64_t key[2])
{
	struct region *region = region_find(&space->regions, address);

	if (region && region->object && (region->flags & KN_VSPACE_MAP_SHARED)) {
		key[0] = region->object->id;
		key[1] = region_page(region, address) << PAGE_SHIFT | (address & PAGE_MASK);
	} else {
		key[0] = space->id;
		key[1] = address;
	}
}

static kn_status check_word(const struct vspace *space, uint64_t address)
{
	if (address & 3)
		return KN_E_ALIGNMENT;
	if (space->tables.root.raw == 0 || address < KN_USER_MIN || address >= KN_USER_MAX)
		return KN_E_BAD_ADDRESS;
	return KN_OK;
}

kn_status vspace_wait(struct vspace *self, const struct vspace_wait_in *in)
{
	uint64_t key[2];

	TRY(check_word(self, in->address));

	struct tcb *caller = this_cpu()->current;
	void *page;
	kn_status status = vspace_kernel_page(self, in->address & ~PAGE_MASK, VM_READ, &page);

	/* Somebody can bring it: asked as for any access to missing memory, then tried again. */
	if (status == KN_E_NO_MEMORY || status == KN_E_WOULD_BLOCK) {
		ctx_rewind(&caller->context);
		page_fault(caller, self, vaddr(in->address), VM_READ);
		return KN_BLOCKED;
	}
	if (status != KN_OK)
		return status == KN_RESTART ? status : status == KN_E_QUOTA ? KN_E_NO_MEMORY : KN_E_BAD_ADDRESS;
	if (((const volatile uint32_t *)page)[(in->address & PAGE_MASK) / sizeof(uint32_t)] != in->expected)
		return KN_E_WOULD_BLOCK;
	wait_key(self, in->address, key);
	return address_wait(caller, key[0], key[1], ctx_deadline(&caller->context));
}

kn_status vspace_wake(
    struct vspace *self, const struct vspace_wake_in *in, struct vspace_wake_out *out)
{
	uint64_t key[2];

	TRY(check_word(self, in->address));
	wait_key(self, in->address, key);
	out->woken = address_wake(key[0], key[1], in->count < WAKE_STEP ? in->count : WAKE_STEP);
	if (out->woken < WAKE_STEP || in->count == WAKE_STEP)
		return KN_OK;
	/* `woken` is without those of earlier steps. */
	inv_resume(1, in->count - WAKE_STEP);
	return KN_RESTART;
}

kn_status vspace_usage(struct vspace *self, struct vspace_usage_out *out)
{
	*out = (struct vspace_usage_out){
	    .mapped = self->mapped, .committed = self->committed, .tables = self->tables.count,
	};
	return KN_OK;
}

/* A copy of a page in a frame of the space's own root pool, which has one. */
static pte_t copy_private(struct vspace *space, pte_t entry, unsigned prot)
{
	paddr_t frame;

	invariant(pool_take_uncharged(space->pool, FRAME_USER, false, &frame) == KN_OK);
	arch_copy_page(phys_to_virt(frame), phys_to_virt(pte_paddr(entry)));
	return pte_private(frame, prot, prot & KN_VSPACE_PROT_WRITE);
}

/*
 * Move the private pages of [from, from + size) to `to` in another space; memory for tables is
 * there. Frames belong to their root pool for ever: from under another root the pages are copied,
 * and the originals stay for the unmapping.
 */
static uint64_t move_pages(struct vspace *source, uint64_t from, struct vspace *self, uint64_t to,
    uint64_t size, unsigned prot)
{
	TLB_BATCH(batch, source);
	struct leaf_walk walk = {.stop = from, .end = from + size};
	bool is_foreign = source->pool->root != self->pool->root;
	uint64_t moved = 0;

	while (leaf_walk_next(&walk, source)) {
		for (unsigned i = walk.first; i < walk.last; i++) {
			uint64_t offset = walk.start - from + ((uint64_t)(i - walk.first) << PAGE_SHIFT);
			pte_t *entry;

			if (walk.leaf[i].raw == 0)
				continue;
			invariant(table_ensure(&self->tables, self->pool, to + offset, &entry) == KN_OK);
			moved++;
			if (is_foreign) {
				table_set(entry, copy_private(self, walk.leaf[i], prot));
				continue;
			}
			table_set(entry, walk.leaf[i]);
			table_set(&walk.leaf[i], pte_none());
		}
	}
	tlb_batch_add(&batch, from, from + size);
	return moved;
}

kn_status vspace_take(struct vspace *self, const struct vspace_take_in *in)
{
	struct vspace *source = slot_object(in->source, vspace);
	uint64_t from = in->source_address, to = in->address;

	TRY(check_usable(self));
	TRY(check_usable(source));
	TRY(check_range(to, in->pages));
	TRY(check_range(from, in->pages));
	if (in->pages > TAKE_MAX_PAGES)
		return KN_E_RANGE;

	struct region *region = region_find(&source->regions, from);
	struct region *above = region_at_or_above(&self->regions, to);

	/* One stretch of private anonymous memory. */
	if (!region || region->object || from + (in->pages << PAGE_SHIFT) > region->end)
		return KN_E_BAD_ADDRESS;
	if (above && above->start < to + (in->pages << PAGE_SHIFT))
		return KN_E_OVERLAP;

	bool is_foreign = source->pool->root != self->pool->root;
	uint64_t most = is_foreign ? TAKE_STEP_COPIED : TAKE_STEP, step = in->pages < most ? in->pages : most;
	uint64_t size = step << PAGE_SHIFT, pages = count_committed(source, from, from + size, false);
	struct region mapping = *region;

	mapping.start = to;
	mapping.end = to + size;

	/* Nothing can fail after this: nobody else takes frames while we hold the kernel lock. */
	TRY(no_memory(region_reserve(&source->regions, source->pool, 2)));
	TRY(no_memory(region_reserve(&self->regions, self->pool, 2)));
	TRY(no_memory(pool_charge(self->pool, pages)));

	kn_status status = pool_check(self->pool, 2 * TABLE_LEVELS + (is_foreign ? pages : 0));
	if (status != KN_OK) {
		pool_uncharge(self->pool, pages);
		return no_memory(status);
	}

	uint64_t moved = move_pages(source, from, self, to, size, mapping.prot);

	(void)mapping_add(self, &mapping, nullptr);
	self->committed += moved;
	if (!is_foreign) {
		source->committed -= moved;
		pool_uncharge(source->pool, moved);
	}
	/* Nothing is left to free but one region, few pages and some tables: bounded, whatever the budget
	 * says. */
	while (mapping_remove(source, from, from + size) == KN_RESTART)
		;
	if (step == in->pages)
		return KN_OK;
	inv_resume(1, from + size);
	inv_resume(2, to + size);
	inv_resume(3, in->pages - step);
	return KN_RESTART;
}
