/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot front ends: Multiboot2 (specification 2.0, 3.6) and PVH (Xen
 * public/arch-x86/hvm/start_info.h), which qemu -kernel uses. Both tell memory in the entries that
 * the PC's firmware made common (INT 15H, E820H). Loader data is believed only as far as its lengths
 * add up: a tag that leaves the information block ends the walk.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"

struct memory_map_entry {
	uint64_t base, size;
	uint32_t type, reserved;
};

static enum boot_region_kind region_kind(uint32_t type)
{
	/* 3 and 4: ACPI's tables and its non-volatile storage. */
	return type == 1 ? BOOT_REGION_RAM : type == 3 || type == 4 ? BOOT_REGION_RECLAIM : BOOT_REGION_RESERVED;
}

/* Twice over the map: RAM first, so that whatever else is said about a page wins. */
static bool add_memory_map(const char *entries, size_t size, size_t entry_size, struct boot_info *info)
{
	if (entry_size < sizeof(struct memory_map_entry))
		return false;
	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t at = 0; at + entry_size <= size; at += entry_size) {
			const struct memory_map_entry *e = (const void *)(entries + at);
			enum boot_region_kind kind = region_kind(e->type);

			if ((kind == BOOT_REGION_RAM) == (pass == 0) && !boot_region_set(info, e->base, e->size, kind))
				return false;
		}
	return info->region_count > 0;
}

/* ---- Multiboot2 ---- */

#define INFORMATION_MAX (1u << 20)

enum tag_type : uint32_t {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

struct tag {
	uint32_t type, size;
};

struct memory_map_tag {
	struct tag tag;
	uint32_t entry_size, entry_version;
};

struct module_tag {
	struct tag tag;
	uint32_t start, end;
};

static void add_tag_command_line(const struct tag *tag, struct boot_info *info)
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

/* False: a memory map that cannot be used. Other tags that are too short are passed over. */
static bool add_tag(const struct tag *tag, uint64_t address, struct boot_info *info)
{
	const struct memory_map_tag *map = (const void *)tag;

	if (tag->type == TAG_MEMORY_MAP)
		return tag->size >= sizeof(*map) &&
		       add_memory_map((const char *)(map + 1), tag->size - sizeof(*map),
			   map->entry_size, info);
	if (tag->type == TAG_COMMAND_LINE)
		add_tag_command_line(tag, info);
	else if (tag->type == TAG_MODULE && tag->size >= sizeof(struct module_tag))
		add_module((const void *)tag, info);
	else if (tag->type == TAG_ACPI_NEW || (tag->type == TAG_ACPI_OLD && !info->acpi_rsdp))
		info->acpi_rsdp = address + sizeof(*tag);
	return true;
}

bool multiboot2_parse(uint64_t address, struct boot_info *info)
{
	const uint32_t *head = acpi_view(address, 8);

	if (!head || address % 8)
		return false;
	const size_t size = head[0];
	const char *block = size < 16 || size > INFORMATION_MAX ? nullptr : acpi_view(address, size);

	if (!block)
		return false;
	for (size_t at = 8; at + sizeof(struct tag) <= size;) {
		const struct tag *tag = (const void *)(block + at);

		if (tag->type == TAG_END)
			break;
		if (tag->size < sizeof(*tag) || tag->size > size - at || !add_tag(tag, address + at, info))
			return false;
		at += (tag->size + 7ull) & ~7ull;
	}
	return info->region_count > 0;
}

/* ---- PVH, version 1 and up: the memory map is not in version 0 ---- */

#define START_INFO_MAGIC 0x336ec578
#define MAP_ENTRIES_MAX 1024

struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp, memory_map;
	uint32_t memory_map_entries, reserved;
};

struct module_entry {
	uint64_t base, size, command_line, reserved;
};

static void add_command_line(uint64_t address, struct boot_info *info)
{
	for (size_t i = 0; address && i + 1 < sizeof(info->command_line); i++) {
		const char *c = acpi_view(address + i, 1);

		if (!c || !*c)
			break;
		info->command_line[i] = *c;
		info->command_line[i + 1] = 0;
	}
}

bool pvh_parse(uint64_t address, struct boot_info *info)
{
	const struct start_info *start = acpi_view(address, sizeof(*start));
	const struct module_entry *module;

	if (!start || address % 4 || start->magic != START_INFO_MAGIC || start->version < 1)
		return false;
	info->acpi_rsdp = start->rsdp;
	add_command_line(start->command_line, info);
	if (start->module_count && (module = acpi_view(start->modules, sizeof(*module)))) {
		info->archive_base = module->base;
		info->archive_size = module->size;
	}
	const size_t map_size = start->memory_map_entries * sizeof(struct memory_map_entry);
	const char *map = start->memory_map_entries > MAP_ENTRIES_MAX ? nullptr : acpi_view(start->memory_map, map_size);

	return map && add_memory_map(map, map_size, sizeof(struct memory_map_entry), info);
}
