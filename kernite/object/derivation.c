/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivation tree (derivation.h). Invariants, checked by derivation_check():
 *   - every used slot but derivation_root has next and prev, both never null;
 *   - the first child's prev and the last child's next are the parent;
 *   - a slot with SLOT_ORPHANED has no children but a place in its endpoint's queue instead.
 * So "is my prev my parent?" is decided by slot_has_children(prev) && prev->child == me:
 * a sibling cannot have me as its first child.
 */
#include "object/derivation.h"

#include "core/work.h"
#include "object/cnode.h"
#include "object/endpoint.h"
#include "object/reaper.h"

struct slot derivation_root = {.next = &derivation_root, .prev = &derivation_root};

static bool is_first(const struct slot *slot)
{
	return slot_has_children(slot->prev) && slot->prev->child == slot;
}

static bool is_last(const struct slot *slot)
{
	return slot_has_children(slot->next) && slot->next->last == slot;
}

const struct slot *slot_parent(const struct slot *slot)
{
	const struct slot *back = slot;

	for (unsigned steps = 0; steps < 1024; steps++, slot = slot->next, back = back->prev)
		if (is_last(slot) || is_first(back))
			return is_last(slot) ? slot->next : back->prev;
	return nullptr;
}

static void link_child(struct slot *slot, struct slot *parent)
{
	if (parent->cap.flags & SLOT_ORPHANED)
		endpoint_orphan_dequeue(parent);
	slot->prev = parent;
	if (parent->child) {
		slot->next = parent->child;
		parent->child->prev = slot;
	} else {
		slot->next = parent;
		parent->last = slot;
	}
	parent->child = slot;
}

/* Take the slot out of the tree; its children take its place. */
static void unlink_slot(struct slot *slot)
{
	struct slot *prev = slot->prev, *next = slot->next;
	bool first = is_first(slot), last = is_last(slot);
	struct slot *replace_first = next, *replace_last = prev;

	if (slot_has_children(slot)) {
		replace_first = slot->child;
		replace_last = slot->last;
		replace_first->prev = prev;
		replace_last->next = next;
	} else if (first && last) {
		/* The only child: prev and next are both the parent. */
		prev->child = nullptr;
		prev->last = nullptr;
		if (prev->cap.flags & SLOT_WATCHED)
			endpoint_orphan_queue(prev);
		return;
	}
	if (first)
		prev->child = replace_first;
	else
		prev->next = replace_first;
	if (last)
		next->last = replace_last;
	else
		next->prev = replace_last;
}

/* A capability to a CNode that lies in one of that CNode's own slots does not keep it alive. */
static bool is_self_reference(const struct slot *slot)
{
	return slot->cap.type == KN_TYPE_CNODE &&
	       cnode_contains(container_of(slot->cap.object, struct cnode, object), slot);
}

static void count_reference(struct slot *slot)
{
	if (!slot_is_counted(slot))
		return;
	slot->cap.object->references++;
	if (is_self_reference(slot))
		container_of(slot->cap.object, struct cnode, object)->self_references++;
}

static void drop_reference(struct slot *slot)
{
	struct object *object = slot->cap.object;
	uint32_t self_references = 0;

	if (!slot_is_counted(slot))
		return;
	invariant(object->references > 0);
	object->references--;
	if (object->type == KN_TYPE_CNODE) {
		struct cnode *cnode = container_of(object, struct cnode, object);

		if (is_self_reference(slot))
			cnode->self_references--;
		self_references = cnode->self_references;
	}
	/* Singletons have no destroy: without a capability they are only out of reach. */
	if (object->references == self_references && !object->is_dying && object_classes[object->type].destroy)
		reaper_add(object);
}

bool slot_is_copyable(const struct slot *slot)
{
	return slot->cap.type != KN_TYPE_UNTYPED && !slot->cap.object->is_dying;
}

static void fill(struct slot *slot, struct slot *parent, const struct cap *cap)
{
	slot->cap = *cap;
	slot->child = nullptr;
	slot->last = nullptr;
	link_child(slot, parent ? parent : &derivation_root);
	count_reference(slot);
}

void slot_fill(struct slot *slot, struct slot *parent, struct object *object, uint32_t rights)
{
	fill(slot, parent, &(struct cap){.object = object, .type = object->type, .rights = rights});
}

void slot_fill_internal(struct slot *slot, struct slot *parent, struct object *object)
{
	fill(slot, parent, &(struct cap){.object = object, .type = object->type, .flags = SLOT_INTERNAL});
}

void slot_fill_untyped(struct slot *slot, struct slot *parent, uint64_t base, unsigned size_bits, bool is_device)
{
	fill(slot, parent,
	    &(struct cap){.type = KN_TYPE_UNTYPED, .badge = base,
		.size_bits = (uint8_t)size_bits, .flags = is_device ? SLOT_DEVICE : 0,
		.rights = object_classes[KN_TYPE_UNTYPED].rights});
}

void slot_derive(struct slot *to, struct slot *from, uint32_t rights, uint64_t badge)
{
	struct cap cap = from->cap;

	cap.rights = rights;
	cap.badge = badge;
	cap.flags = 0;
	if (cap.depth < UINT8_MAX)
		cap.depth++;
	fill(to, from, &cap);
}

void slot_replace(struct slot *place, struct slot *from)
{
	kn_status status = slot_delete(place);

	invariant(status == KN_OK);
	if (from)
		slot_derive(place, from, from->cap.rights, from->cap.badge);
}

void slot_move(struct slot *to, struct slot *from)
{
	bool was_orphaned = from->cap.flags & SLOT_ORPHANED;

	if (was_orphaned)
		endpoint_orphan_dequeue(from);
	bool first = is_first(from), last = is_last(from), was_self = is_self_reference(from);

	*to = *from;
	if (first)
		to->prev->child = to;
	else
		to->prev->next = to;
	if (last)
		to->next->last = to;
	else
		to->next->prev = to;
	if (to->child) {
		to->child->prev = to;
		to->last->next = to;
	}
	*from = (struct slot){};
	if (to->cap.type == KN_TYPE_CNODE) {
		struct cnode *cnode = container_of(to->cap.object, struct cnode, object);

		cnode->self_references += (unsigned)is_self_reference(to) - (unsigned)was_self;
		/* Its only capabilities may now lie inside itself. */
		if (cnode->object.references == cnode->self_references && !cnode->object.is_dying)
			reaper_add(&cnode->object);
	}
	if (was_orphaned)
		endpoint_orphan_queue(to);
}

static void empty(struct slot *slot)
{
	if (slot->cap.flags & SLOT_ORPHANED)
		endpoint_orphan_dequeue(slot);
	unlink_slot(slot);
	drop_reference(slot);
	*slot = (struct slot){};
}

void slot_drop_internal(struct slot *slot)
{
	if (!slot_is_empty(slot))
		empty(slot);
}

kn_status slot_delete(struct slot *slot)
{
	if (slot_is_empty(slot))
		return KN_OK;
	if (slot->cap.flags & SLOT_INTERNAL) {
		kn_status status = object_classes[slot->cap.type].sever(slot->cap.object, slot);

		/* sever() may have dropped the slot itself. */
		if (status != KN_OK || slot_is_empty(slot))
			return status;
	}
	empty(slot);
	return KN_OK;
}

kn_status slot_revoke(struct slot *slot)
{
	while (slot_has_children(slot)) {
		TRY(slot_delete(slot->child));
		if (work_step(14) && slot_has_children(slot))
			return KN_RESTART;
	}
	return KN_OK;
}

uint64_t derivation_check(void (*visit)(struct slot *slot))
{
	struct slot *slot = &derivation_root;
	uint64_t count = 0;

	/* Preorder walk; the way up is by the last sibling's next. */
	for (;;) {
		if (slot_has_children(slot)) {
			invariant(slot->last != nullptr);
			invariant(slot->child->prev == slot && slot->last->next == slot);
			slot = slot->child;
		} else {
			while (slot != &derivation_root && is_last(slot))
				slot = slot->next;
			if (slot == &derivation_root)
				return count;
			invariant(slot->next->prev == slot);
			slot = slot->next;
		}
		invariant(!slot_is_empty(slot));
		invariant(slot->cap.type == KN_TYPE_UNTYPED || slot->cap.object->type == slot->cap.type);
		if (visit)
			visit(slot);
		count++;
	}
}
