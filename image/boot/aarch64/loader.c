/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The aarch64 boot front end: an EFI application that carries the kernel's ELF file.
 *
 * One file serves every way of starting: scripts/efi_image.py marks it as a Linux Image too, so
 * GRUB's `linux` and `initrd` commands take it, and QEMU's -kernel does. The boot archive comes by
 * the LoadFile2 protocol (QEMU, newer GRUB) or by /chosen in a device tree (GRUB 2.06); the command
 * line by LoadOptions.
 *
 * While firmware's identity map is on, pointers are physical addresses, so this is also the best
 * place to build the kernel's page tables: see kernite's handoff.h for what the kernel finds.
 * Everything that can fail happens before ExitBootServices, so that it can be said.
 */
#include "efi.h"
#include "fdt.h"

#include "core/slide.h"
#include "dev/boot_regions.h"
#include "handoff.h"
#include "mm/kernel_map.h"

#define BLOCK_SIZE (2ull << 20)
#define LOW_DEVICES_END (4ull << 30)
#define HANDOFF_PAGES ((sizeof(struct handoff) + PAGE_MASK) / PAGE_SIZE)
#define POOL_PAGES 640
#define POOL_SPARE_PAGES 16 /* what the kernel may still need for devices above 4 GiB */

void clean_to_memory(uint64_t start, uint64_t end);
[[noreturn]] void enter_kernel(uint64_t handoff, uint64_t entry);
efi_status efi_main(void *image, struct efi_system_table *system);

/* The embedded kernel, stripped. */
static const _Alignas(16) uint8_t kernel_elf[] = {
#embed KERNEL_ELF
};

typedef uint64_t __attribute__((aligned(1), may_alias)) unaligned_u64;

struct elf_header {
	uint8_t magic[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_headers, section_headers;
	uint32_t flags;
	uint16_t size, program_header_size, program_header_count;
};

struct elf_program_header {
	uint32_t type, flags;
	uint64_t offset, virtual_address, physical_address, file_size, memory_size, alignment;
};

#define ELF_LOAD 1
#define ELF_DYNAMIC 2
#define ELF_RELR_SIZE 35
#define ELF_RELR 36
#define ELF_EXECUTE 1
#define ELF_WRITE 2

static struct efi_system_table *system_table;
static struct efi_boot_services *boot;
static struct handoff *handoff;
static struct table_pool pool;
static uint64_t kernel_entry_physical;
static _Alignas(8) uint8_t memory_map[32768];

static const struct efi_guid loaded_image_guid = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct efi_guid acpi_guid = {
    0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
static const struct efi_guid fdt_guid = {
    0xb1b621d5, 0xf19c, 0x41a5, {0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0}};
static const struct efi_guid load_file2_guid = {
    0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}};
static const struct efi_guid rng_guid = {
    0x3152bca5, 0xeade, 0x433d, {0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44}};

/* The vendor media path that names the initrd (LINUX_EFI_INITRD_MEDIA_GUID), then the end node. */
static const uint8_t initrd_path[] = {4, 3, 20, 0, 0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f,
    0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4, 0};

/* By words where size allows: kernel and archive are megabytes, and firmware allows unaligned
 * access. */
void *(memcpy)(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *target = to;
	const uint8_t *source = from;

	for (; size >= 8; size -= 8, target += 8, source += 8)
		*(unaligned_u64 *)target = *(const unaligned_u64 *)source;
	while (size--)
		*target++ = *source++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *target = to;
	const uint8_t *source = from;

	if (target <= source)
		return memcpy(to, from, size);
	while (size--)
		target[size] = source[size];
	return to;
}

void *(memset)(void *to, int value, size_t size)
{
	uint8_t *target = to;
	uint64_t word = (uint8_t)value * 0x0101010101010101ull;

	for (; size >= 8; size -= 8, target += 8)
		*(unaligned_u64 *)target = word;
	while (size--)
		*target++ = (uint8_t)value;
	return to;
}

static efi_status refuse(const char16_t *reason)
{
	struct efi_text_output *output = system_table->console_out;

	output->output_string(output, u"kernite: ");
	output->output_string(output, reason);
	output->output_string(output, u"\r\n");
	return EFI_ERROR_BIT | 1; /* EFI_LOAD_ERROR */
}

/* Zeroed pages; 0 when there are none. */
static uint64_t take_pages(size_t count)
{
	uint64_t address = 0;

	if (boot->allocate_pages(EFI_ALLOCATE_ANY_PAGES, EFI_LOADER_DATA, count, &address))
		return 0;
	memset((void *)address, 0, count * PAGE_SIZE);
	return address;
}

static void *find_table(const struct efi_guid *guid)
{
	const uint64_t *wanted = (const uint64_t *)guid;

	for (size_t i = 0; i < system_table->table_count; i++) {
		const uint64_t *have = (const uint64_t *)&system_table->tables[i].guid;

		if (have[0] == wanted[0] && have[1] == wanted[1])
			return system_table->tables[i].table;
	}
	return nullptr;
}

/* LoadOptions without the words that GRUB and QEMU add about their own files. */
static void read_command_line(const struct efi_loaded_image *image)
{
	static const char *const dropped[] = {"BOOT_IMAGE=", "initrd="};
	char *line = handoff->info.command_line;
	size_t length = 0, word = 0;

	for (uint32_t i = 0; i < image->load_options_size / 2; i++) {
		char16_t c = image->load_options[i];

		if (c < ' ' || c > '~' || length + 1 >= BOOT_COMMAND_LINE_MAX)
			break;
		line[length++] = (char)c;
		if (c == ' ')
			word = length;
		for (size_t d = 0; d < 2; d++) {
			size_t n = 0;

			while (
			    dropped[d][n] && word + n < length && line[word + n] == dropped[d][n])
				n++;
			if (dropped[d][n] || word + n != length)
				continue;
			while (i + 1 < image->load_options_size / 2 &&
			       image->load_options[i + 1] > ' ')
				i++;
			if (i + 1 < image->load_options_size / 2 &&
			    image->load_options[i + 1] == ' ')
				i++;
			length = word;
		}
	}
	while (length && line[length - 1] == ' ')
		length--;
	line[length] = 0;
}

/* Returns false only when there is an archive that cannot be loaded. */
static bool load_archive_by_protocol(void)
{
	void *path = (void *)initrd_path, *handle;
	struct efi_load_file2 *loader;
	size_t size = 0;
	uint64_t address;

	if (boot->locate_device_path(&load_file2_guid, &path, &handle) ||
	    boot->handle_protocol(handle, &load_file2_guid, (void **)&loader))
		return true;
	if (loader->load_file(loader, path, false, &size, nullptr) != EFI_BUFFER_TOO_SMALL || !size)
		return true;
	if (boot->allocate_pages(EFI_ALLOCATE_ANY_PAGES, EFI_LOADER_DATA,
		(size + PAGE_MASK) / PAGE_SIZE, &address) ||
	    loader->load_file(loader, path, false, &size, (void *)address))
		return false;
	handoff->info.archive_base = address;
	handoff->info.archive_size = size;
	return true;
}

static bool find_archive_in_device_tree(void)
{
	const void *tree = find_table(&fdt_guid);
	uint64_t start, end;

	if (!tree || !fdt_find_initrd(tree, &start, &end))
		return true;
	if (start & PAGE_MASK) {
		uint64_t copy = take_pages((end - start + PAGE_MASK) / PAGE_SIZE);

		if (!copy)
			return false;
		memcpy((void *)copy, (const void *)start, end - start);
		end = copy + (end - start);
		start = copy;
	}
	handoff->info.archive_base = start;
	handoff->info.archive_size = end - start;
	return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from March. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
	unsigned y = month > 2 ? year : year - 1;
	unsigned m = month > 2 ? month - 3 : month + 9;

	return y * 365ull + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static void read_wall_clock(void)
{
	struct efi_time now;

	if (system_table->runtime->get_time(&now, nullptr))
		return;
	if (now.year < 1970 || now.month < 1 || now.month > 12 || now.day < 1 || now.day > 31)
		return;
	handoff->info.wall_clock = days_since_1970(now.year, now.month, now.day) * 86400 +
				   now.hour * 3600u + now.minute * 60u + now.second;
	if (now.time_zone != 2047)
		handoff->info.wall_clock += (uint64_t)((int64_t)now.time_zone * 60);
}

static void read_entropy(void)
{
	struct efi_rng *rng;
	uint64_t value;

	if (!boot->locate_protocol(&rng_guid, nullptr, (void **)&rng) &&
	    !rng->get_rng(rng, nullptr, sizeof(value), (uint8_t *)&value))
		handoff->info.entropy = value;
}

static unsigned segment_perms(const struct elf_program_header *segment)
{
	return VM_READ | (segment->flags & ELF_WRITE ? VM_WRITE : 0) |
	       (segment->flags & ELF_EXECUTE ? VM_EXECUTE : 0);
}

static bool is_wanted(const char *word)
{
	const char *at = handoff->info.command_line;

	while (*at) {
		size_t n = 0;

		while (word[n] && at[n] == word[n])
			n++;
		if (!word[n] && (!at[n] || at[n] == ' '))
			return true;
		while (*at && *at++ != ' ')
			;
	}
	return false;
}

/* From firmware's generator, the CPU's (FEAT_RNG) and the time since power-on. */
static uint64_t choose_slide(void)
{
	uint64_t random = handoff->info.entropy, word;

	if (is_wanted("kaslr=off"))
		return 0;
	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(word));
	random = (random ^ word) * 0x9e3779b97f4a7c15;
	__asm__ volatile("mrs %0, id_aa64isar0_el1" : "=r"(word));
	if (word >> 60) {
		__asm__ volatile("mrs %0, s3_3_c2_c4_0" : "=r"(word)::"cc"); /* RNDR */
		random ^= word;
	}
	return slide_from(random);
}

/* `view`: what leads from the image's linked addresses to where it is. */
static void relocate(const uint64_t *dynamic, uint64_t view, uint64_t slide)
{
	uint64_t table = 0, size = 0;

	for (; dynamic[0]; dynamic += 2) {
		if (dynamic[0] == ELF_RELR)
			table = dynamic[1] + view;
		if (dynamic[0] == ELF_RELR_SIZE)
			size = dynamic[1];
	}
	slide_apply((const uint64_t *)table, (const uint64_t *)(table + size), view, slide);
}

/* The build made kernel_elf, so its headers are trusted. Copies the segments and maps them twice.
 */
static bool load_kernel(void)
{
	const uint64_t slide = choose_slide();
	const struct elf_header *header = (const void *)kernel_elf;
	const struct elf_program_header *segments =
	    (const void *)(kernel_elf + header->program_headers);
	uint64_t size = 0, base;

	for (unsigned i = 0; i < header->program_header_count; i++)
		if (segments[i].type == ELF_LOAD)
			size = segments[i].physical_address + segments[i].memory_size;
	size = (size + PAGE_MASK) & ~PAGE_MASK;
	base = take_pages((size + BLOCK_SIZE) / PAGE_SIZE);
	if (!base)
		return false;
	base = (base + BLOCK_SIZE - 1) & ~(BLOCK_SIZE - 1);
	for (unsigned i = 0; i < header->program_header_count; i++) {
		const struct elf_program_header *segment = &segments[i];
		uint64_t pages = (segment->memory_size + PAGE_MASK) & ~PAGE_MASK;
		uint64_t physical = base + segment->physical_address;

		if (segment->type != ELF_LOAD)
			continue;
		memcpy((void *)physical, kernel_elf + segment->offset, segment->file_size);
		if (!kernel_map(&pool, handoff->root, segment->virtual_address + slide, physical, pages,
			segment_perms(segment), VM_NORMAL, 0))
			return false;
		if ((segment->flags & ELF_EXECUTE) &&
		    !kernel_map(&pool, handoff->identity, physical, physical, pages,
			VM_READ | VM_EXECUTE, VM_NORMAL, 0))
			return false;
	}
	for (unsigned i = 0; i < header->program_header_count; i++)
		if (segments[i].type == ELF_DYNAMIC)
			relocate((const uint64_t *)(base + segments[i].physical_address), base - KERNEL_BASE, slide);
	handoff->info.kernel_base = base;
	handoff->info.kernel_size = size;
	kernel_entry_physical = base + header->entry - KERNEL_BASE;
	return true;
}

/* Regions of firmware's map as the kernel sees them; 0: a hole, where devices are. */
static enum boot_region_kind kind_of(const struct efi_memory_descriptor *descriptor)
{
	switch (descriptor->type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_SERVICES_CODE:
	case EFI_BOOT_SERVICES_DATA:
	case EFI_CONVENTIONAL_MEMORY:
		return descriptor->attributes & EFI_MEMORY_WB ? BOOT_REGION_RAM
							      : BOOT_REGION_RESERVED;
	case EFI_ACPI_RECLAIM_MEMORY:
	case EFI_ACPI_MEMORY_NVS:
		return BOOT_REGION_RECLAIM;
	case EFI_MEMORY_MAPPED_IO:
	case EFI_MEMORY_MAPPED_IO_PORT_SPACE:
		return 0;
	default:
		return BOOT_REGION_RESERVED;
	}
}

static bool read_regions(size_t size, size_t descriptor_size)
{
	struct boot_info *info = &handoff->info;

	info->region_count = 0;
	for (size_t at = 0; at + descriptor_size <= size; at += descriptor_size) {
		const struct efi_memory_descriptor *descriptor = (const void *)(memory_map + at);
		enum boot_region_kind kind = kind_of(descriptor);

		if (kind && !boot_region_set(info, descriptor->physical_start,
				descriptor->page_count * PAGE_SIZE, kind))
			return false;
	}
	return boot_region_set(info, info->kernel_base, info->kernel_size, BOOT_REGION_IN_USE) &&
	       boot_region_set(info, info->archive_base, info->archive_size, BOOT_REGION_IN_USE);
}

/* What the tables took, and a few frames for later ones, stays; the rest of the pool is RAM again.
 */
static bool keep_pool(void)
{
	handoff->pool_next = pool.next;
	handoff->pool_end = pool.next + POOL_SPARE_PAGES * PAGE_SIZE;
	if (handoff->pool_end > pool.end)
		handoff->pool_end = pool.end;
	return boot_region_set(&handoff->info, (uint64_t)handoff,
	    handoff->pool_end - (uint64_t)handoff, BOOT_REGION_IN_USE);
}

static bool map_physical(uint64_t start, uint64_t end, enum vm_memory_type type)
{
	return start >= end || kernel_map(&pool, handoff->root, PHYS_MAP_BASE + start, start,
				   end - start, VM_READ | VM_WRITE, type, 2);
}

/* Devices below 4 GiB; higher ones are mapped by the kernel when it meets them. */
static bool map_hole(uint64_t start, uint64_t end)
{
	return map_physical(start, end < LOW_DEVICES_END ? end : LOW_DEVICES_END, VM_DEVICE);
}

/* The kernel image is left out: there is no second, writable view of its text. */
static bool map_ram(uint64_t start, uint64_t end)
{
	uint64_t kernel = handoff->info.kernel_base;
	uint64_t kernel_end = kernel + handoff->info.kernel_size;

	if (start <= kernel && kernel_end <= end)
		return map_physical(start, kernel, VM_NORMAL) &&
		       map_physical(kernel_end, end, VM_NORMAL);
	return map_physical(start, end, VM_NORMAL);
}

/* Neighbouring regions are mapped as one, so that their common edge costs no small pages. */
static bool map_memory(void)
{
	const struct boot_region *region = handoff->info.regions;
	const struct boot_region *last = region + handoff->info.region_count;
	uint64_t hole = 0;

	while (region < last) {
		uint64_t start = region->base, end = start;
		bool is_reserved = region->kind == BOOT_REGION_RESERVED;

		while (region < last && region->base == end &&
		       (region->kind == BOOT_REGION_RESERVED) == is_reserved)
			end += region++->size;
		if (!map_hole(hole, start) || (!is_reserved && !map_ram(start, end)))
			return false;
		hole = end;
	}
	return map_hole(hole, LOW_DEVICES_END);
}

/*
 * The map may change between the two calls; firmware then wants them repeated (UEFI 7.4.6). The
 * maps of one attempt stay for the next: only what firmware calls the same memory changes.
 */
static bool leave_firmware(void *image)
{
	for (unsigned attempt = 0; attempt < 4; attempt++) {
		size_t size = sizeof(memory_map), key, descriptor_size;
		uint32_t version;

		if (boot->get_memory_map(&size, memory_map, &key, &descriptor_size, &version))
			return false;
		if (!read_regions(size, descriptor_size) || !map_memory() || !keep_pool())
			return false;
		if (!boot->exit_boot_services(image, key))
			return true;
	}
	return false;
}

efi_status efi_main(void *image, struct efi_system_table *system)
{
	struct efi_loaded_image *loaded;
	uint64_t memory;

	system_table = system;
	boot = system->boot;
	if (boot->handle_protocol(image, &loaded_image_guid, (void **)&loaded))
		return refuse(u"no loaded image protocol");
	memory = take_pages(HANDOFF_PAGES + POOL_PAGES);
	if (!memory)
		return refuse(u"no memory for page tables");
	handoff = (struct handoff *)memory;
	handoff->magic = HANDOFF_MAGIC;
	handoff->root = memory + HANDOFF_PAGES * PAGE_SIZE;
	handoff->identity = handoff->root + PAGE_SIZE;
	pool = (struct table_pool){
	    handoff->identity + PAGE_SIZE, memory + (HANDOFF_PAGES + POOL_PAGES) * PAGE_SIZE, 0};

	read_command_line(loaded);
	if (!load_archive_by_protocol() ||
	    (!handoff->info.archive_size && !find_archive_in_device_tree()))
		return refuse(u"cannot load the boot archive");
	read_entropy();
	if (!load_kernel())
		return refuse(u"no memory for the kernel");
	handoff->info.acpi_rsdp = (uint64_t)find_table(&acpi_guid);
	if (!handoff->info.acpi_rsdp)
		return refuse(u"firmware offers no ACPI tables");
	read_wall_clock();
	if (!leave_firmware(image))
		return refuse(u"firmware does not let go");

	clean_to_memory(memory, pool.end);
	clean_to_memory(
	    handoff->info.kernel_base, handoff->info.kernel_base + handoff->info.kernel_size);
	enter_kernel((uint64_t)handoff, kernel_entry_physical);
}
