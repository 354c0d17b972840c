/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel half of every address space: the physical map, the image and the stacks.
 *
 * Built once, before kernel_main(), from frames cut out of the boot memory map, and never changed
 * after boot: every root table copies the upper 256 entries of the kernel's, and all its
 * translations are global. No page is writable and executable: text RX, rodata R, everything else
 * RW NX. The physical map shows text and rodata read-only too, so that there is no writable
 * alias.
 *
 * Memory types: what the firmware calls RAM is write-back, the rest of the first 4 GiB is uncached.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"
#include "registers.h"

#define FOUR_GIB (1ull << 32)
#define TABLE_ENTRIES 512u
#define LEVELS 4u
#define DEVICE_TABLES 8u /* page table frames kept for arch_map_device() */

static alignas(PAGE_SIZE) pte_t kernel_root[TABLE_ENTRIES];
static const struct boot_info *memory_map;
static paddr_t spare_tables[DEVICE_TABLES];
static unsigned spare_count;

paddr_t mmu_kernel_root(void)
{
	return image_to_phys(kernel_root);
}

static uint64_t level_size(unsigned level)
{
	return PAGE_SIZE << 9 * level;
}

static unsigned table_index(uint64_t address, unsigned level)
{
	return address >> (PAGE_SHIFT + 9 * level) & (TABLE_ENTRIES - 1);
}

/* A zeroed frame for a table: from the memory map while it is ours, from the spares afterwards. */
static paddr_t table_frame(struct boot_info *info)
{
	paddr_t frame = {0};

	if (info)
		frame = paddr(boot_region_take(info, PAGE_SIZE, FOUR_GIB));
	else if (spare_count)
		frame = spare_tables[--spare_count];
	if (!frame.raw)
		panic("no memory for the kernel's page tables");
	memset(phys_to_virt(frame), 0, PAGE_SIZE);
	return frame;
}

static pte_t *entry_at(struct boot_info *info, pte_t *root, uint64_t address, unsigned level)
{
	pte_t *table = root;

	for (unsigned at = LEVELS - 1; at > level; at--) {
		pte_t *entry = &table[table_index(address, at)];

		if (!pte_is_present(*entry))
			*entry = pte_table(table_frame(info));
		invariant(!pte_is_leaf(*entry, at));
		table = phys_to_virt(pte_paddr(*entry));
	}
	return &table[table_index(address, level)];
}

/* The largest page that `address` -> `physical` of `size` bytes may begin with. */
static unsigned leaf_level(uint64_t address, uint64_t physical, uint64_t size)
{
	unsigned level = features.huge_pages ? 2 : 1;

	while (level && ((address | physical) % level_size(level) || size < level_size(level)))
		level--;
	return level;
}

static void map_range(struct boot_info *info, uint64_t address, uint64_t physical, uint64_t size,
    unsigned perms, enum vm_memory_type type)
{
	while (size) {
		unsigned level = leaf_level(address, physical, size);
		pte_t leaf = pte_leaf(paddr(physical), perms, type);

		leaf.raw |= PTE_GLOBAL | (level ? PTE_LARGE : 0);
		if (!features.no_execute)
			leaf.raw &= ~PTE_NO_EXECUTE;
		*entry_at(info, kernel_root, address, level) = leaf;
		address += level_size(level);
		physical += level_size(level);
		size -= level_size(level);
	}
}

void mmu_map_kernel_page(struct boot_info *info, uint64_t address, paddr_t frame, unsigned perms)
{
	map_range(info, address, frame.raw, PAGE_SIZE, perms, VM_NORMAL);
}

static bool is_ram(enum boot_region_kind kind)
{
	return kind == BOOT_REGION_RAM || kind == BOOT_REGION_RECLAIM || kind == BOOT_REGION_IN_USE;
}

/* Where the stretch of equal memory type that begins at `address` ends, at most `limit`. */
static uint64_t stretch_end(
    const struct boot_info *info, uint64_t address, uint64_t limit, bool *ram)
{
	uint64_t end = address;

	*ram = is_ram(boot_region_kind_at(info, address));
	for (unsigned i = 0; i < info->region_count; i++) {
		const struct boot_region *region = &info->regions[i];

		if (region->base + region->size <= end)
			continue;
		if (*ram && (!is_ram(region->kind) || region->base > end))
			return end < limit ? end : limit;
		if (!*ram && is_ram(region->kind))
			return region->base < limit ? region->base : limit;
		end = region->base + region->size;
	}
	return *ram && end < limit ? end : limit;
}

static void map_physical(struct boot_info *info)
{
	uint64_t text = image_to_phys(__text_start).raw;
	uint64_t rodata_end = image_to_phys(__rodata_end).raw;
	uint64_t end = FOUR_GIB;

	for (unsigned i = 0; i < info->region_count; i++) {
		const struct boot_region *region = &info->regions[i];

		if (is_ram(region->kind) && region->base + region->size > end)
			end = region->base + region->size;
	}
	for (uint64_t at = 0, next; at < end; at = next) {
		bool ram;
		unsigned perms = VM_READ | VM_WRITE;

		next = stretch_end(info, at, end, &ram);
		if (at < text && next > text)
			next = text;
		if (at >= text && at < rodata_end) {
			next = next < rodata_end ? next : rodata_end;
			perms = VM_READ;
		}
		/* Holes above 4 GiB stay unmapped. */
		if (ram || at < FOUR_GIB)
			map_range(info, at + PHYS_MAP_BASE, at, next - at, perms,
			    ram ? VM_NORMAL : VM_DEVICE);
	}
}

static void map_image(struct boot_info *info, const char *start, const char *end, unsigned perms)
{
	for (const char *at = start; at < end; at += PAGE_SIZE)
		mmu_map_kernel_page(info, (uint64_t)at, image_to_phys(at), perms);
}

void mmu_init(struct boot_info *info)
{
	map_image(info, __text_start, __text_end, VM_READ | VM_EXECUTE);
	map_image(info, __rodata_start, __rodata_end, VM_READ);
	map_image(info, __rodata_end, __kernel_end, VM_READ | VM_WRITE);
	map_physical(info);
	for (unsigned i = 0; i < DEVICE_TABLES; i++)
		spare_tables[spare_count++] = table_frame(info);
	memory_map = info;
	cr3_write(mmu_kernel_root().raw);
}

paddr_t mmu_trampoline_root(struct boot_info *info, paddr_t page)
{
	paddr_t root = table_frame(info);
	pte_t *table = phys_to_virt(root);

	memcpy(table, kernel_root, PAGE_SIZE);
	*entry_at(info, table, page.raw, 0) = pte_leaf(page, VM_READ | VM_EXECUTE, VM_NORMAL);
	return root;
}

void *arch_map_device(paddr_t base, size_t size)
{
	uint64_t start = base.raw & ~PAGE_MASK;
	uint64_t end = (base.raw + size + PAGE_MASK) & ~PAGE_MASK;

	if (end > FOUR_GIB)
		for (uint64_t at = start > FOUR_GIB ? start : FOUR_GIB; at < end; at += PAGE_SIZE)
			map_range(nullptr, at + PHYS_MAP_BASE, at, PAGE_SIZE, VM_READ | VM_WRITE,
			    VM_DEVICE);
	return phys_to_virt(base);
}

const void *acpi_view(uint64_t address, size_t size)
{
	uint64_t end = address + size;

	if (end < address)
		return nullptr;
	/*
	 * Before mmu_init() the boot tables show the first 4 GiB; afterwards it is that and all
	 * RAM.
	 */
	for (uint64_t at = address; at < end && end > FOUR_GIB; at = (at | PAGE_MASK) + 1)
		if (!memory_map || !is_ram(boot_region_kind_at(memory_map, at)))
			return nullptr;
	return phys_to_virt(paddr(address));
}

void arch_space_init(struct arch_space *space, paddr_t root)
{
	pte_t *table = phys_to_virt(root);

	space->root = root;
	space->active = 0;
	memcpy(&table[TABLE_ENTRIES / 2], &kernel_root[TABLE_ENTRIES / 2], PAGE_SIZE / 2);
}

void arch_pte_publish(void)
{
	/*
	 * Stores are seen in order by every walker (Intel SDM vol. 3, 4.10.2.2); keep the
	 * compiler to it.
	 */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void arch_sync_code(vaddr_t kernel_address, size_t size)
{
	/*
	 * Instruction fetch is coherent with stores to the same physical memory (SDM vol. 3,
	 * 12.6).
	 */
	(void)kernel_address;
	(void)size;
}

bool user_load32(uint64_t address, uint32_t *value);

kn_status arch_user_load32(vaddr_t address, uint32_t *value)
{
	if (address.raw < KN_USER_MIN || address.raw > KN_USER_MAX - 4 || address.raw % 4)
		return KN_E_BAD_ADDRESS;
	return user_load32(address.raw, value) ? KN_OK : KN_E_BAD_ADDRESS;
}
