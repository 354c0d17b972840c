/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PVH front end (Xen public/arch-x86/hvm/start_info.h), which qemu -kernel uses. Memory map:
 * version 1 and up.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"

#define START_INFO_MAGIC 0x336ec578
#define MAP_ENTRIES_MAX 1024

struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp;
	uint64_t memory_map;
	uint32_t memory_map_entries, reserved;
};

struct module_entry {
	uint64_t base, size, command_line, reserved;
};

struct memory_map_entry {
	uint64_t base, size;
	uint32_t type, reserved;
};

static enum boot_region_kind region_kind(uint32_t type)
{
	switch (type) {
	case 1:
		return BOOT_REGION_RAM;
	case 3:
	case 4:
		return BOOT_REGION_RECLAIM;
	default:
		return BOOT_REGION_RESERVED;
	}
}

static bool add_memory_map(const struct start_info *start, struct boot_info *info)
{
	const struct memory_map_entry *entries;

	if (start->memory_map_entries > MAP_ENTRIES_MAX)
		return false;
	entries = acpi_view(start->memory_map, start->memory_map_entries * sizeof(*entries));
	if (!entries)
		return false;
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < start->memory_map_entries; i++) {
			enum boot_region_kind kind = region_kind(entries[i].type);

			if ((kind == BOOT_REGION_RAM) == (pass == 0) &&
			    !boot_region_set(info, entries[i].base, entries[i].size, kind))
				return false;
		}
	return true;
}

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
	const struct module_entry *modules;

	if (!start || address % 4 || start->magic != START_INFO_MAGIC || start->version < 1)
		return false;
	info->acpi_rsdp = start->rsdp;
	add_command_line(start->command_line, info);
	if (start->module_count && (modules = acpi_view(start->modules, sizeof(*modules)))) {
		info->archive_base = modules[0].base;
		info->archive_size = modules[0].size;
	}
	return add_memory_map(start, info) && info->region_count > 0;
}
