/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory while the kernel starts.
 *
 * `spans` is the list of RAM that nobody has. Boot allocations come from the lowest span that has
 * room, so that the big aligned blocks at the top survive for user space. RAM below 1 MiB is left
 * alone: firmware data and start-up code of further processors live there.
 *
 * What is neither RAM nor reserved for the kernel is a device for all we know: it is given out
 * below DEVICE_LIMIT, which covers the 64-bit PCI windows of both machines.
 */
#include "mm/boot_memory.h"

#include "mm/frame.h"
#include "uapi/object/boot.h"

#define LOW_MEMORY_END 0x100000ull
#define DEVICE_LIMIT (1ull << 40)
/* Smaller leftovers are not worth a capability. */
#define UNTYPED_RAM_MIN_BITS 14
#define UNTYPED_DEVICE_MIN_BITS 12

struct span {
	uint64_t base, end;
};

static struct span spans[BOOT_REGIONS_MAX];
static size_t span_count;
/* Everything the firmware described, RAM or not, sorted: the gaps between are device memory too. */
static struct span devices[BOOT_REGIONS_MAX + 1];
static size_t device_count;
static struct span firmware_tables;
uint64_t boot_memory_total;
static bool is_closed;

static void note_device(uint64_t base, uint64_t end)
{
	base = (base + PAGE_MASK) & ~PAGE_MASK;
	end &= ~PAGE_MASK;
	if (end > DEVICE_LIMIT)
		end = DEVICE_LIMIT;
	if (base >= end)
		return;
	if (device_count > 0 && devices[device_count - 1].end == base) {
		devices[device_count - 1].end = end;
		return;
	}
	if (device_count < sizeof(devices) / sizeof(devices[0]))
		devices[device_count++] = (struct span){base, end};
}

static void note_region(const struct boot_region *region)
{
	uint64_t base = region->base, end = region->base + region->size;

	switch (region->kind) {
	case BOOT_REGION_RAM:
		boot_memory_total += region->size;
		if (base < LOW_MEMORY_END)
			base = LOW_MEMORY_END;
		if (base < end)
			spans[span_count++] = (struct span){base, end};
		break;
	case BOOT_REGION_IN_USE:
		boot_memory_total += region->size;
		break;
	case BOOT_REGION_RECLAIM:
		/* One object shows all tables; what lies between them is shown as well, read-only.
		 */
		if (firmware_tables.end == 0)
			firmware_tables.base = base & ~PAGE_MASK;
		firmware_tables.end = (end + PAGE_MASK) & ~PAGE_MASK;
		break;
	case BOOT_REGION_RESERVED:
		note_device(base, end);
		break;
	}
}

void boot_memory_init(const struct boot_info *info)
{
	uint64_t last = 0;

	for (uint32_t i = 0; i < info->region_count; i++) {
		const struct boot_region *region = &info->regions[i];

		if (region->base > last)
			note_device(last, region->base);
		note_region(region);
		last = region->base + region->size;
	}
	note_device(last, DEVICE_LIMIT);
	if (span_count == 0)
		panic("no usable memory");

	/* The kernel's own RAM is inside or outside the table, as it falls; it is never asked for.
	 */
	frame_first = spans[0].base >> PAGE_SHIFT;
	frame_count = (spans[span_count - 1].end >> PAGE_SHIFT) - frame_first;
	frame_table = boot_alloc(frame_count * sizeof(struct frame), PAGE_SIZE);
}

void *boot_alloc(size_t size, size_t alignment)
{
	invariant(!is_closed);
	if (alignment < 16)
		alignment = 16;
	for (size_t i = 0; i < span_count; i++) {
		struct span *span = &spans[i];
		uint64_t base = (span->base + alignment - 1) & ~(alignment - 1);

		if (base > span->end || span->end - base < size)
			continue;
		/* What alignment skips is lost, which is less than a page or two in all. */
		span->base = base + size;

		void *memory = phys_to_virt(paddr(base));

		memset(memory, 0, size);
		return memory;
	}
	panic("out of memory at boot: %lu bytes", (unsigned long)size);
}

bool boot_memory_firmware_tables(uint64_t *base, uint64_t *pages)
{
	if (firmware_tables.end == 0)
		return false;
	*base = firmware_tables.base;
	*pages = (firmware_tables.end - firmware_tables.base) >> PAGE_SHIFT;
	return true;
}

/* The largest aligned power of two that starts at `base` and ends before `end`. */
static unsigned block_bits(uint64_t base, uint64_t end)
{
	unsigned bits = 63 - (unsigned)__builtin_clzll(end - base);
	unsigned aligned = base == 0 ? 63 : (unsigned)__builtin_ctzll(base);

	return bits < aligned ? bits : aligned;
}

/* Insert sorted by falling size; a full list drops its smallest. */
static size_t insert(struct kn_boot_untyped *list, size_t first, size_t count, size_t max,
    uint64_t base, unsigned bits, bool is_device)
{
	size_t i = count;

	if (count == max) {
		if (count == first || list[count - 1].size_bits >= bits)
			return count;
		i = --count;
	}
	for (; i > first && list[i - 1].size_bits < bits; i--)
		list[i] = list[i - 1];
	list[i] = (struct kn_boot_untyped){.base = base, .size_bits = (uint8_t)bits, .is_device = is_device};
	return count + 1;
}

static size_t cut(struct span span, unsigned min_bits, bool is_device, struct kn_boot_untyped *list,
    size_t first, size_t count, size_t max)
{
	while (span.base < span.end) {
		unsigned bits = block_bits(span.base, span.end);

		if (bits >= min_bits)
			count = insert(list, first, count, max, span.base, bits, is_device);
		span.base += 1ull << bits;
	}
	return count;
}

size_t boot_memory_untypeds(struct kn_boot_untyped *list, size_t max)
{
	size_t count = 0;

	is_closed = true;
	for (size_t i = 0; i < span_count; i++) {
		struct span span = spans[i];

		span.base = (span.base + PAGE_MASK) & ~PAGE_MASK;
		/* Leave room for devices, whose small ranges matter as much as the large ones. */
		if (span.base < span.end)
			count = cut(span, UNTYPED_RAM_MIN_BITS, false, list, 0, count, max / 2);
	}
	for (size_t i = 0; i < count; i++) {
		struct frame *frame = frame_of(paddr(list[i].base));

		for (uint64_t page = 0; page < 1ull << (list[i].size_bits - PAGE_SHIFT); page++)
			frame[page].kind = FRAME_UNTYPED;
	}

	size_t ram_count = count;

	for (size_t i = 0; i < device_count; i++)
		count = cut(devices[i], UNTYPED_DEVICE_MIN_BITS, true, list, ram_count, count, max);
	return count;
}
