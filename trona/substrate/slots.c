/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trona/slots.h: one bitmap a CNode. Segment 0 is the range of root slots; segment n > 0 is the CNode in the n-th
 * root slot from the end of that range, which is kept aside for it, so that segment and slot address tell each other
 * by arithmetic. Allocation scans from where it last found something: O(1) amortised.
 */
#include "trona/slots.h"

#include "kn/cnode.h"
#include "trona/array.h"
#include "uapi/error.h"

#define ROOT_MAX 8192
#define GROW_COUNT (1u << SLOTS_GROW_BITS)
#define RUN_MAX 64

struct segment {
	kn_cap base;       /* address of its first slot */
	unsigned count;
	unsigned free;
	unsigned hint;     /* word to look at first */
	uint64_t *used;    /* bitmap; bits behind the end are set */
};

static uint64_t root_bits[ROOT_MAX / 64];
static struct segment root = {.used = root_bits};
static struct segment *grown;   /* segments 1.. */
static size_t grown_capacity;
static unsigned grown_count;
static unsigned grown_max;
static unsigned total_free;
static unsigned segment_hint;
static kn_cap root_end;
static slots_grow_fn *grow_callback;

static struct segment *segment_at(unsigned index)
{
	return index == 0 ? &root : &grown[index - 1];
}

static bool is_used(const struct segment *segment, unsigned i)
{
	return segment->used[i / 64] >> i % 64 & 1;
}

static void take(struct segment *segment, unsigned i)
{
	segment->used[i / 64] |= 1ull << i % 64;
	segment->hint = i / 64;
	segment->free--;
	total_free--;
}

void slots_init(kn_cap first, unsigned count, slots_grow_fn *grow)
{
	if (count > ROOT_MAX)
		count = ROOT_MAX;
	grown_max = count / 8;
	root_end = first + count;
	root.base = first;
	root.count = count - grown_max;
	root.free = root.count;
	total_free += root.count;
	for (unsigned i = root.count; i < (root.count + 63) / 64 * 64; i++)
		root_bits[i / 64] |= 1ull << i % 64;
	grow_callback = grow;
}

void slots_set_grow(slots_grow_fn *grow)
{
	grow_callback = grow;
}

static kn_status grow_by_one(void)
{
	kn_cap root_slot = root_end - 1 - grown_count;

	if (grow_callback == nullptr || grown_count == grown_max)
		return KN_E_NO_SLOT;
	if (!array_reserve(&grown, &grown_capacity, grown_count + 1))
		return KN_E_NO_MEMORY;
	uint64_t *bits = heap_calloc(GROW_COUNT / 64, sizeof(uint64_t));

	if (bits == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = grow_callback(root_slot);

	if (status != KN_OK) {
		heap_free(bits);
		return status;
	}
	/* Slot 0 of a CNode is never used. */
	bits[0] = 1;
	grown[grown_count++] = (struct segment){
	    .base = root_slot << 32, .count = GROW_COUNT, .free = GROW_COUNT - 1, .used = bits};
	total_free += GROW_COUNT - 1;
	return KN_OK;
}

static bool take_one(struct segment *segment, kn_cap *slot)
{
	unsigned words = (segment->count + 63) / 64;

	for (unsigned n = 0, w = segment->hint; n < words; n++, w = w + 1 == words ? 0 : w + 1) {
		if (~segment->used[w] == 0)
			continue;
		unsigned i = w * 64 + (unsigned)__builtin_ctzll(~segment->used[w]);

		take(segment, i);
		*slot = segment->base + i;
		return true;
	}
	return false;
}

kn_status slots_reserve(unsigned count)
{
	while (total_free < count) {
		kn_status status = grow_by_one();

		if (status != KN_OK)
			return status;
	}
	return KN_OK;
}

kn_status slot_alloc(kn_cap *slot)
{
	kn_status status = slots_reserve(1);

	if (status != KN_OK)
		return status;
	/* total_free > 0: some segment has one. */
	while (segment_at(segment_hint)->free == 0 || !take_one(segment_at(segment_hint), slot))
		segment_hint = segment_hint == grown_count ? 0 : segment_hint + 1;
	return KN_OK;
}

static bool take_run(struct segment *segment, unsigned count, kn_cap *first)
{
	unsigned run = 0;

	if (segment->free < count)
		return false;
	for (unsigned i = 0; i < segment->count; i++) {
		run = is_used(segment, i) ? 0 : run + 1;
		if (run < count)
			continue;
		for (unsigned j = 0; j < count; j++)
			take(segment, i - j);
		*first = segment->base + i - (count - 1);
		return true;
	}
	return false;
}

kn_status slots_alloc(unsigned count, kn_cap *first)
{
	if (count == 0 || count > RUN_MAX)
		return KN_E_INVALID_ARG;
	for (unsigned i = 0; i <= grown_count; i++) {
		if (take_run(segment_at(i), count, first))
			return KN_OK;
	}
	kn_status status = grow_by_one();

	if (status == KN_OK && !take_run(segment_at(grown_count), count, first))
		status = KN_E_NO_SLOT;
	return status;
}

void slot_free(kn_cap slot)
{
	unsigned index = slot >> 32 == 0 ? 0 : (unsigned)(root_end - (slot >> 32));

	if (slot == KN_CAP_NONE || index > grown_count)
		return;
	struct segment *segment = segment_at(index);
	kn_cap i = slot - segment->base;

	if (i >= segment->count || !is_used(segment, (unsigned)i))
		return;
	segment->used[i / 64] &= ~(1ull << i % 64);
	segment->free++;
	total_free++;
}

void slots_free(kn_cap first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		slot_free(first + i);
}

unsigned slots_available(void)
{
	return total_free;
}

unsigned slots_in_use(void)
{
	return root.count + grown_count * (GROW_COUNT - 1) - total_free;
}

unsigned slots_cnodes(void)
{
	return grown_count;
}
