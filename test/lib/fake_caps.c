/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_caps.h"

#include <assert.h>
#include <string.h>

#include "kn/untyped.h"
#include "trona/slots.h"
#include "uapi/error.h"
#include "uapi/object_size.h"
#include "uapi/object_type.h"

#define ROOTS 1024
#define SLOTS_PER_CNODE (1u << SLOTS_GROW_BITS)

long fake_caps_budget = -1;
/* Root slots, then the CNodes in the root slots. */
static struct fake_cap table[ROOTS][SLOTS_PER_CNODE];

struct fake_cap *fake_cap(kn_cap slot)
{
	assert(slot >> 32 < ROOTS && (uint32_t)slot < SLOTS_PER_CNODE && slot != 0);
	return &table[slot >> 32][(uint32_t)slot];
}

static bool may_fail(void)
{
	if (fake_caps_budget == 0)
		return true;
	fake_caps_budget -= fake_caps_budget > 0;
	return false;
}

void fake_caps_reset(void)
{
	memset(table, 0, sizeof(table));
}

void fake_caps_untyped(kn_cap slot, unsigned bits)
{
	*fake_cap(slot) = (struct fake_cap){.is_used = true, .type = KN_TYPE_UNTYPED, .bits = (uint8_t)bits};
}

unsigned fake_caps_used(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ROOTS; i++) {
		for (unsigned j = 0; j < SLOTS_PER_CNODE; j++)
			count += table[i][j].is_used;
	}
	return count;
}

unsigned fake_caps_objects(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ROOTS; i++) {
		for (unsigned j = 0; j < SLOTS_PER_CNODE; j++)
			count += table[i][j].is_used && table[i][j].type != KN_TYPE_UNTYPED;
	}
	return count;
}

static unsigned object_bits(uint8_t type, uint8_t size_bits)
{
	switch (type) {
	case KN_TYPE_UNTYPED:
		return size_bits;
	case KN_TYPE_CNODE:
		return size_bits + KN_SLOT_BITS;
	case KN_TYPE_TCB:
		return KN_OBJECT_BITS_TCB;
	case KN_TYPE_MEMORY_OBJECT:
		return KN_OBJECT_BITS_MEMORY_OBJECT;
	case KN_TYPE_VSPACE:
		return KN_OBJECT_BITS_VSPACE;
	default:
		return KN_OBJECT_BITS_ENDPOINT;
	}
}

kn_status kn_untyped_retype(kn_cap self, uint8_t type, uint8_t size_bits, kn_cap dest, uint32_t index, uint32_t count)
{
	struct fake_cap *untyped = fake_cap(self);
	kn_cap slot = dest == KN_SLOT_CSPACE ? index : dest << 32 | index;
	uint64_t size = 1ull << object_bits(type, size_bits);

	assert(untyped->is_used && untyped->type == KN_TYPE_UNTYPED && count > 0);
	for (uint32_t i = 0; i < count; i++) {
		if (fake_cap(slot + i)->is_used)
			return KN_E_SLOT_IN_USE;
	}
	if (untyped->children == 0)
		untyped->taken = 0;
	uint64_t start = (untyped->taken + size - 1) & ~(size - 1);

	if (start + size * count > 1ull << untyped->bits || may_fail())
		return KN_E_NO_MEMORY;
	untyped->taken = start + size * count;
	untyped->children += count;
	for (uint32_t i = 0; i < count; i++)
		*fake_cap(slot + i) = (struct fake_cap){
		    .is_used = true, .type = type, .bits = type == KN_TYPE_UNTYPED ? size_bits : 0, .parent = self};
	return KN_OK;
}

kn_status slot_mint(kn_cap to, kn_cap source, uint32_t rights, kn_word badge)
{
	if (may_fail())
		return KN_E_NO_MEMORY;
	assert(!fake_cap(to)->is_used);
	*fake_cap(to) = *fake_cap(source);
	fake_cap(to)->is_used = true;
	fake_cap(to)->children = 0;
	fake_cap(to)->parent = source;
	fake_cap(to)->badge = badge;
	fake_cap(source)->children++;
	return KN_OK;
}

kn_status slot_copy(kn_cap to, kn_cap source, uint32_t rights)
{
	return slot_mint(to, source, rights, fake_cap(source)->badge);
}

kn_status slot_duplicate(kn_cap to, kn_cap source)
{
	return slot_copy(to, source, KN_RIGHTS_ALL);
}

void slot_delete(kn_cap slot)
{
	struct fake_cap *cap = fake_cap(slot);

	if (!cap->is_used)
		return;
	for (unsigned i = 0; i < ROOTS; i++) {
		for (unsigned j = 0; j < SLOTS_PER_CNODE; j++) {
			if (table[i][j].is_used && table[i][j].parent == slot)
				table[i][j].parent = cap->parent;
		}
	}
	if (cap->parent != 0)
		fake_cap(cap->parent)->children += cap->children - 1;
	*cap = (struct fake_cap){};
}

kn_status slot_revoke(kn_cap slot)
{
	for (unsigned i = 0; fake_cap(slot)->children != 0 && i < ROOTS; i++) {
		for (unsigned j = 0; j < SLOTS_PER_CNODE; j++) {
			kn_cap child = (kn_cap)i << 32 | j;

			if (table[i][j].is_used && table[i][j].parent == slot) {
				(void)!slot_revoke(child);
				slot_delete(child);
			}
		}
	}
	return KN_OK;
}

kn_status slot_info(kn_cap slot, struct kn_cap_info *info)
{
	const struct fake_cap *cap = fake_cap(slot);

	*info = (struct kn_cap_info){.badge = cap->badge, .type = cap->is_used ? cap->type : 0,
	    .has_children = cap->children != 0};
	return KN_OK;
}

void slot_release(kn_cap slot)
{
	if (slot == KN_CAP_NONE)
		return;
	slot_delete(slot);
	slot_free(slot);
}
