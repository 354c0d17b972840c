/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Retype: the only way to make kernel objects, and the only place that turns raw memory into them.
 *
 * The capability holds base, size, `payload` = bytes used from the base, and `zeroed`: bytes in
 * [used, zeroed) are known to be zero, which is the progress of an interrupted retype whoever goes
 * on with it. Nobody can write there in between: the range belongs to no object.
 *
 * Reuse: a slot without children means that no capability to anything made here is left; when
 * the reaper is also empty, no object is left either, and the range starts again at 0. Children
 * that are untypeds themselves count as children, so it needs no bookkeeping.
 */
#include "object/untyped.h"

#include "core/invocation.h"
#include "core/poison.h"
#include "core/work.h"
#include "gen/untyped_ops.h"
#include "object/derivation.h"
#include "object/cnode.h"
#include "object/reaper.h"
#include "uapi/object_size.h"

#define RETYPE_COUNT_MAX 256

struct untyped {
	struct slot slot;
};

kn_status untyped_try_reset(struct slot *slot)
{
	if (slot_has_children(slot) || slot->cap.payload == 0)
		return KN_OK;
	if (!reaper_is_empty()) {
		/* May delete the very slots that the call has looked up: look them up again. */
		(void)reaper_drain();
		return KN_RESTART;
	}
	slot->cap.payload = 0;
	slot->cap.zeroed = 0;
	return KN_OK;
}

static kn_status block_bits(uint8_t type, uint8_t size_bits, bool is_device, unsigned *bits)
{
	if (type == KN_TYPE_UNTYPED) {
		*bits = size_bits;
		return size_bits < KN_UNTYPED_BITS_MIN || size_bits > KN_UNTYPED_BITS_MAX ? KN_E_RANGE : KN_OK;
	}
	if (type >= KN_TYPE_COUNT || !object_classes[type].init)
		return KN_E_INVALID_ARG;
	if (is_device)
		return KN_E_NOT_SUPPORTED;
	if (type == KN_TYPE_CNODE) {
		*bits = size_bits + KN_SLOT_BITS;
		return size_bits < KN_CNODE_BITS_MIN || size_bits > KN_CNODE_BITS_MAX ? KN_E_RANGE : KN_OK;
	}
	*bits = object_classes[type].size_bits;
	return size_bits != 0 ? KN_E_INVALID_ARG : KN_OK;
}

/* Zero [start, end) of the range, a bounded piece at a time. */
static bool zero_range(struct cap *cap, uint64_t start, uint64_t end)
{
	uint64_t at = cap->zeroed < start ? start : cap->zeroed;

	while (at < end) {
		uint64_t size = end - at < PAGE_SIZE ? end - at : PAGE_SIZE;
		void *memory = phys_to_virt(paddr(cap->badge + at));

		poison_check(memory, size, POISON_LINE);
		memset(memory, 0, size);
		at += size;
		if (work_step((unsigned)(size / 64)))
			break;
	}
	cap->zeroed = at;
	return at >= end;
}

kn_status untyped_retype(struct untyped *self, const struct untyped_retype_in *in)
{
	struct slot *source = &self->slot;
	struct cap *cap = &source->cap;
	struct cnode *dest = slot_object(in->dest, cnode);
	bool is_device = cap->flags & SLOT_DEVICE;
	unsigned bits;

	TRY(block_bits(in->type, in->size_bits, is_device, &bits));
	if (in->count == 0 || in->count > RETYPE_COUNT_MAX)
		return KN_E_RANGE;
	if (in->index == 0 || (uint64_t)in->index + in->count > dest->slot_count)
		return KN_E_RANGE;
	for (uint32_t i = 0; i < in->count; i++) {
		if (!slot_is_empty(cnode_slot(dest, in->index + i)))
			return KN_E_SLOT_IN_USE;
	}
	TRY(untyped_try_reset(source));

	uint64_t size = 1ull << bits, range = 1ull << cap->size_bits;
	uint64_t start = (cap->payload + size - 1) & ~(size - 1);

	if (bits > cap->size_bits || start > range || (range - start) >> bits < in->count)
		return KN_E_NO_MEMORY;
	uint64_t end = start + ((uint64_t)in->count << bits);

	if (in->type != KN_TYPE_UNTYPED && !zero_range(cap, start, end))
		return KN_RESTART;

	struct slot *slot = cnode_slot(dest, in->index);

	for (uint32_t left = in->count;; slot++) {
		uint64_t base = cap->badge + start;

		if (in->type == KN_TYPE_UNTYPED) {
			slot_fill_untyped(slot, source, base, bits, is_device);
		} else {
			struct object *object = object_create(
			    (enum kn_object_type)in->type, phys_to_virt(paddr(base)), bits);

			slot_fill(slot, source, object, object_classes[in->type].rights);
		}
		start += size;
		cap->payload = start;
		if (cap->zeroed < start)
			cap->zeroed = start;
		if (--left == 0)
			return KN_OK;
		if (work_step(16)) {
			inv_resume(3, in->index + in->count - left);
			inv_resume(4, left);
			return KN_RESTART;
		}
	}
}

kn_status untyped_info(struct untyped *self, struct untyped_info_out *out)
{
	const struct slot *slot = &self->slot;

	out->info.base = slot->cap.badge;
	out->info.size = 1ull << slot->cap.size_bits;
	out->info.used = slot->cap.payload;
	out->info.is_device = (slot->cap.flags & SLOT_DEVICE) != 0;
	out->info.has_children = slot_has_children(slot);
	return KN_OK;
}
