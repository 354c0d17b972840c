/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot memory map. Firmware maps overlap, are unsorted and have odd edges; inserting each
 * statement into a sorted table by replacing what it covers settles all of that in one
 * function. Adjacent regions of one kind are joined, so that the allocator sees few large ones.
 */
#include "dev/boot_regions.h"

#include "kernite/types.h"

#define ADDRESS_MAX (1ull << 52)

struct span {
	uint64_t start, end;
};

/* RAM shrinks to whole pages, everything else grows: a page that is partly reserved is reserved. */
static struct span rounded(uint64_t base, uint64_t size, enum boot_region_kind kind)
{
	struct span span = {base, base + size};

	if (base >= ADDRESS_MAX)
		return (struct span){0, 0};
	if (span.end < base || span.end > ADDRESS_MAX)
		span.end = ADDRESS_MAX;
	if (kind == BOOT_REGION_RAM) {
		span.start = (span.start + PAGE_MASK) & ~PAGE_MASK;
		span.end &= ~PAGE_MASK;
	} else {
		span.start &= ~PAGE_MASK;
		span.end = (span.end + PAGE_MASK) & ~PAGE_MASK;
	}
	return span;
}

static void insert_at(struct boot_info *info, unsigned index, struct boot_region region)
{
	memmove(&info->regions[index + 1], &info->regions[index], (info->region_count - index) * sizeof(region));
	info->regions[index] = region;
	info->region_count++;
}

static void remove_at(struct boot_info *info, unsigned index)
{
	info->region_count--;
	memmove(&info->regions[index], &info->regions[index + 1],
	    (info->region_count - index) * sizeof(info->regions[0]));
}

static void join_neighbours(struct boot_info *info)
{
	for (unsigned i = 1; i < info->region_count;) {
		struct boot_region *left = &info->regions[i - 1], *right = &info->regions[i];

		if (left->kind == right->kind && left->base + left->size == right->base) {
			left->size += right->size;
			remove_at(info, i);
		} else {
			i++;
		}
	}
}

/* Remove `span` from whatever covers it. Needs one free entry (a region cut in two). */
static void clear_span(struct boot_info *info, struct span span)
{
	for (unsigned i = 0; i < info->region_count;) {
		struct boot_region old = info->regions[i];
		uint64_t end = old.base + old.size;

		if (end <= span.start || old.base >= span.end) {
			i++;
			continue;
		}
		remove_at(info, i);
		if (old.base < span.start)
			insert_at(info, i++, (struct boot_region){old.base, span.start - old.base, old.kind});
		if (end > span.end)
			insert_at(info, i++, (struct boot_region){span.end, end - span.end, old.kind});
	}
}

bool boot_region_set(struct boot_info *info, uint64_t base, uint64_t size, enum boot_region_kind kind)
{
	struct span span = rounded(base, size, kind);
	unsigned index = 0;

	if (span.start >= span.end)
		return true;
	/* Cutting one region in two and adding one: at most two more. */
	if (info->region_count + 2 > BOOT_REGIONS_MAX)
		return false;
	clear_span(info, span);
	if (!kind)
		return true;
	while (index < info->region_count && info->regions[index].base < span.start)
		index++;
	insert_at(info, index, (struct boot_region){span.start, span.end - span.start, kind});
	join_neighbours(info);
	return true;
}

uint64_t boot_region_take(struct boot_info *info, uint64_t size, uint64_t limit)
{
	for (unsigned i = info->region_count; i-- > 0;) {
		struct boot_region *region = &info->regions[i];
		uint64_t end = region->base + region->size;

		if (end > limit)
			end = limit;
		if (region->kind != BOOT_REGION_RAM || region->base < 0x100000)
			continue;
		if (end <= region->base || end - region->base <= size)
			continue;
		uint64_t taken = end - size;

		return boot_region_set(info, taken, size, BOOT_REGION_IN_USE) ? taken : 0;
	}
	return 0;
}

enum boot_region_kind boot_region_kind_at(const struct boot_info *info, uint64_t address)
{
	for (unsigned i = 0; i < info->region_count; i++)
		if (address - info->regions[i].base < info->regions[i].size)
			return info->regions[i].kind;
	return 0;
}
