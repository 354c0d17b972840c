/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CNodes: the methods that move capabilities between slots.
 *
 * Deleting can destroy anything, this very CNode included: after slot_delete(), slot_revoke() or
 * reaper_drain() a method touches neither its object nor a slot again but returns.
 */
#include "object/cnode.h"

#include "core/scheduler.h"
#include "core/invocation.h"
#include "core/work.h"
#include "gen/cnode_ops.h"
#include "object/derivation.h"
#include "object/reaper.h"
#include "uapi/object_size.h"

void cnode_init(struct object *object)
{
	struct cnode *cnode = container_of(object, struct cnode, object);

	list_init(&cnode->threads);
	cnode->slot_count = 1u << (object->size_bits - KN_SLOT_BITS);
	cnode->last = cnode->slot_count - 1;
	cnode->cursor = 1;
}

kn_status cnode_destroy(struct object *object)
{
	struct cnode *cnode = container_of(object, struct cnode, object);
	struct list *link;

	/* First the threads: after that nobody can reach a slot, so what the cursor has passed
	 * stays empty. */
	while ((link = list_first(&cnode->threads))) {
		struct tcb *thread = container_of(link, struct tcb, cspace_link);

		if (!thread_halt(thread))
			return KN_RESTART;
		thread->cspace = nullptr;
		list_remove(link);
		if (work_step(10))
			return KN_RESTART;
	}
	for (; cnode->cursor < cnode->slot_count; cnode->cursor++) {
		bool is_used = !slot_is_empty(cnode_slot(cnode, cnode->cursor));

		TRY(slot_delete(cnode_slot(cnode, cnode->cursor)));
		if (work_step(is_used ? 20 : 3))
			return KN_RESTART;
	}
	return KN_OK;
}

static kn_status find(struct cnode *self, uint32_t index, struct slot **slot)
{
	*slot = cnode_slot_checked(self, index);
	return *slot ? KN_OK : KN_E_RANGE;
}

kn_status cnode_find_empty(struct cnode *self, uint32_t index, struct slot **slot)
{
	TRY(find(self, index, slot));
	return slot_is_empty(*slot) ? KN_OK : KN_E_SLOT_IN_USE;
}

static kn_status find_used(struct cnode *self, uint32_t index, struct slot **slot)
{
	TRY(find(self, index, slot));
	return slot_is_empty(*slot) ? KN_E_INVALID_CAP : KN_OK;
}

static kn_status derive(
    struct cnode *self, uint32_t index, struct slot *source, uint32_t rights, uint64_t badge)
{
	struct slot *slot;
	TRY(cnode_find_empty(self, index, &slot));
	if (rights & ~source->cap.rights)
		return KN_E_RIGHTS;
	if (!slot_is_copyable(source)) /* or its object is going */
		return source->cap.type == KN_TYPE_UNTYPED ? KN_E_NOT_SUPPORTED : KN_E_INVALID_CAP;
	slot_derive(slot, source, rights, badge);
	return KN_OK;
}

kn_status cnode_copy(struct cnode *self, const struct cnode_copy_in *in)
{
	return derive(self, in->index, in->source, in->rights, in->source->cap.badge);
}

kn_status cnode_mint(struct cnode *self, const struct cnode_mint_in *in)
{
	const struct cap *source = &in->source->cap;

	if (source->type != KN_TYPE_ENDPOINT && source->type != KN_TYPE_NOTIFICATION)
		return KN_E_INVALID_ARG;
	if (in->badge == 0 || source->badge != 0)
		return KN_E_INVALID_ARG;
	return derive(self, in->index, in->source, in->rights, in->badge);
}

kn_status cnode_move(struct cnode *self, const struct cnode_move_in *in)
{
	struct slot *slot;
	TRY(cnode_find_empty(self, in->index, &slot));
	if (in->source->cap.type != KN_TYPE_UNTYPED && in->source->cap.object->is_dying)
		return KN_E_INVALID_CAP;
	slot_move(slot, in->source);
	/* Moving the last outside capability of a CNode into itself destroys it. */
	return reaper_drain();
}

kn_status cnode_delete(struct cnode *self, const struct cnode_delete_in *in)
{
	struct slot *slot;

	TRY(find(self, in->index, &slot));
	TRY(slot_delete(slot));
	return reaper_drain();
}

kn_status cnode_revoke(struct cnode *self, const struct cnode_revoke_in *in)
{
	struct slot *slot;

	TRY(find_used(self, in->index, &slot));
	if (!(slot->cap.rights & KN_RIGHT_REVOKE))
		return KN_E_RIGHTS;
	TRY(slot_revoke(slot));
	return reaper_drain();
}

kn_status cnode_info(struct cnode *self, const struct cnode_info_in *in, struct cnode_info_out *out)
{
	struct slot *slot;

	TRY(find(self, in->index, &slot));
	out->info.badge = slot->cap.type == KN_TYPE_UNTYPED ? 0 : slot->cap.badge;
	out->info.rights = slot->cap.rights;
	out->info.type = slot->cap.type;
	out->info.depth = slot->cap.depth;
	out->info.is_watched = (slot->cap.flags & SLOT_WATCHED) != 0;
	out->info.has_children = slot_has_children(slot);
	return KN_OK;
}

kn_status cnode_watch(struct cnode *self, const struct cnode_watch_in *in)
{
	struct slot *slot;

	TRY(find_used(self, in->index, &slot));
	if (slot->cap.type != KN_TYPE_ENDPOINT || slot->cap.badge == 0)
		return KN_E_WRONG_TYPE;
	slot->cap.flags |= SLOT_WATCHED;
	return KN_OK;
}

kn_status cnode_clone(
    struct cnode *self, const struct cnode_clone_in *in, struct cnode_clone_out *out)
{
	struct cnode *source = slot_object(in->source, cnode);
	uint64_t end = (uint64_t)in->first + in->count;

	if (in->first == 0 || end > self->slot_count || end > source->slot_count)
		return KN_E_RANGE;
	if (source == self)
		return KN_E_INVALID_ARG;
	for (uint64_t i = in->first; i < end; i++) {
		struct slot *from = cnode_slot(source, (uint32_t)i),
			    *to = cnode_slot(self, (uint32_t)i);
		bool is_wanted = !slot_is_empty(from) && (from->cap.rights & KN_RIGHT_GRANT) && slot_is_copyable(from);

		if (is_wanted && !slot_is_empty(to))
			return KN_E_SLOT_IN_USE;
		if (is_wanted)
			slot_derive(to, from, from->cap.rights, from->cap.badge);
		out->copied += is_wanted;
		if (work_step(is_wanted ? 7 : 1) && i + 1 < end) {
			inv_resume(1, i + 1);
			inv_resume(2, end - i - 1);
			return KN_RESTART;
		}
	}
	return KN_OK;
}

kn_status cnode_size(struct cnode *self, struct cnode_size_out *out)
{
	out->slots = self->slot_count;
	return KN_OK;
}

kn_status cnode_clear(struct cnode *self, const struct cnode_clear_in *in)
{
	uint64_t end = (uint64_t)in->first + in->count;

	if (in->first == 0 || end > self->slot_count)
		return KN_E_RANGE;
	uint64_t next = in->first;
	kn_status status = KN_OK;

	while (next < end && status == KN_OK) {
		struct slot *slot = cnode_slot(self, (uint32_t)next++);
		bool is_used = !slot_is_empty(slot);

		/* Never KN_RESTART: CSpaces hold no internal slots. */
		if (is_used)
			(void)slot_delete(slot);
		if (work_step(is_used ? 22 : 1))
			status = KN_RESTART;
	}
	if (status == KN_OK)
		status = reaper_drain();
	if (status == KN_RESTART) {
		inv_resume(0, next);
		inv_resume(1, end - next);
	}
	return status;
}
