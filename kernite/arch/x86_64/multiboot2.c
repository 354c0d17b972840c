/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Multiboot2 front end (Multiboot2 specification 2.0, 3.6). Loader data is believed only as
 * far as its lengths add up: a tag that leaves the information block ends the walk.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"

#define INFORMATION_MAX (1u << 20)

enum tag_type : uint32_t {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

struct tag {
	uint32_t type, size;
};

struct memory_map_entry {
	uint64_t base, size;
	uint32_t type, zero;
};

struct memory_map_tag {
	struct tag tag;
	uint32_t entry_size, entry_version;
};

struct module_tag {
	struct tag tag;
	uint32_t start, end;
};

struct framebuffer_tag {
	struct tag tag;
	uint64_t base;
	uint32_t pitch, width, height;
	uint8_t bits_per_pixel, type;
};

#define FRAMEBUFFER_RGB 1

static enum boot_region_kind region_kind(uint32_t type)
{
	switch (type) {
	case 1:
		return BOOT_REGION_RAM;
	case 3: /* ACPI tables */
	case 4: /* ACPI non-volatile storage */
		return BOOT_REGION_RECLAIM;
	default:
		return BOOT_REGION_RESERVED;
	}
}

/* Twice over the map: RAM first, so that whatever else is said about a page wins. */
static bool add_memory_map(const struct memory_map_tag *map, struct boot_info *info)
{
	size_t size = map->tag.size - sizeof(*map);

	if (map->entry_size < sizeof(struct memory_map_entry))
		return false;
	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t at = 0; at + map->entry_size <= size; at += map->entry_size) {
			const char *entry = (const char *)(map + 1) + at;
			const struct memory_map_entry *e = (const void *)entry;
			enum boot_region_kind kind = region_kind(e->type);

			if ((kind == BOOT_REGION_RAM) == (pass == 0) &&
			    !boot_region_set(info, e->base, e->size, kind))
				return false;
		}
	return true;
}

static void add_command_line(const struct tag *tag, struct boot_info *info)
{
	size_t size = tag->size - sizeof(*tag);

	if (size >= sizeof(info->command_line))
		size = sizeof(info->command_line) - 1;
	memcpy(info->command_line, tag + 1, size);
	info->command_line[size] = 0;
}

static void add_module(const struct module_tag *module, struct boot_info *info)
{
	if (info->archive_size || module->end <= module->start)
		return;
	info->archive_base = module->start;
	info->archive_size = module->end - module->start;
}

static void add_framebuffer(const struct framebuffer_tag *tag, struct boot_info *info)
{
	if (tag->type != FRAMEBUFFER_RGB)
		return;
	info->framebuffer = (struct boot_framebuffer){
	    tag->base, tag->width, tag->height, tag->pitch, tag->bits_per_pixel};
}

static bool add_tag(const struct tag *tag, uint64_t address, struct boot_info *info)
{
	switch (tag->type) {
	case TAG_COMMAND_LINE:
		add_command_line(tag, info);
		return true;
	case TAG_MODULE:
		if (tag->size >= sizeof(struct module_tag))
			add_module((const void *)tag, info);
		return true;
	case TAG_MEMORY_MAP:
		return tag->size >= sizeof(struct memory_map_tag) &&
		       add_memory_map((const void *)tag, info);
	case TAG_FRAMEBUFFER:
		if (tag->size >= offsetof(struct framebuffer_tag, type) + 1)
			add_framebuffer((const void *)tag, info);
		return true;
	case TAG_ACPI_OLD:
		if (!info->acpi_rsdp)
			info->acpi_rsdp = address + sizeof(*tag);
		return true;
	case TAG_ACPI_NEW:
		info->acpi_rsdp = address + sizeof(*tag);
		return true;
	default:
		return true;
	}
}

bool multiboot2_parse(uint64_t address, struct boot_info *info)
{
	const uint32_t *head = acpi_view(address, 8);
	const char *block;
	size_t size;

	if (!head || address % 8)
		return false;
	size = head[0];
	if (size < 16 || size > INFORMATION_MAX || !(block = acpi_view(address, size)))
		return false;
	for (size_t at = 8; at + sizeof(struct tag) <= size;) {
		const struct tag *tag = (const void *)(block + at);

		if (tag->type == TAG_END)
			break;
		if (tag->size < sizeof(*tag) || tag->size > size - at)
			return false;
		if (!add_tag(tag, address + at, info))
			return false;
		at += (tag->size + 7ull) & ~7ull;
	}
	return info->region_count > 0;
}
