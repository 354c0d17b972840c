/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel half of every address space: the physical map, the image and the stacks.
 *
 * Built once, before kernel_main(), from frames cut out of the boot memory map, and never changed
 * after boot: every root table copies the upper 256 entries of the kernel's, and all its
 * translations are global. No page is writable and executable: text RX, rodata R, everything else
 * RW NX. The physical map leaves the image out, so that there is no writable alias.
 *
 * Memory types: what the firmware calls RAM is write-back, the rest of the first 4 GiB is uncached.
 */
#include "machine.h"
#include "core/cpu.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"
#include "mm/kernel_map.h"
#include "registers.h"

#define STACK_WINDOW 0xffffffffc0000000ull
#define FOUR_GIB (1ull << 32)
#define GIB_SHIFT 30
#define TABLE_ENTRIES 512u
#define SPARE_TABLES 16u /* for stacks, further CPUs and arch_map_device() */

static struct table_pool pool;
paddr_t kernel_root;
static const struct boot_info *memory_map;

static paddr_t root_take(void)
{
	paddr_t root = paddr(pool.next);

	pool.next += PAGE_SIZE;
	return root;
}

static void map(uint64_t address, uint64_t physical, uint64_t size, unsigned perms, enum vm_memory_type type)
{
	if (!kernel_map(&pool, kernel_root.raw, address, physical, size, perms, type, features.huge_pages ? 2 : 1))
		panic("no memory for the kernel's page tables");
}

static bool is_ram(enum boot_region_kind kind)
{
	return kind == BOOT_REGION_RAM || kind == BOOT_REGION_RECLAIM || kind == BOOT_REGION_IN_USE;
}

static void map_physical(uint64_t start, uint64_t end, enum vm_memory_type type)
{
	if (start < end)
		map(start + PHYS_MAP_BASE, start, end - start, VM_READ | VM_WRITE, type);
}

/* Holes above 4 GiB stay unmapped. */
static void map_hole(uint64_t start, uint64_t end)
{
	map_physical(start, end < FOUR_GIB ? end : FOUR_GIB, VM_DEVICE);
}

/* The image is left out: there is no second, writable view of its text. */
static void map_ram(const struct boot_info *info, uint64_t start, uint64_t end)
{
	if (start <= info->kernel_base && info->kernel_base < end) {
		map_physical(start, info->kernel_base, VM_NORMAL);
		start = info->kernel_base + info->kernel_size;
	}
	map_physical(start, end, VM_NORMAL);
}

static void map_memory(const struct boot_info *info)
{
	uint64_t at = 0;

	for (unsigned i = 0; i < info->region_count; i++) {
		const struct boot_region *region = &info->regions[i];

		if (!is_ram(region->kind))
			continue;
		map_hole(at, region->base);
		at = region->base + region->size;
		map_ram(info, region->base, at);
	}
	map_hole(at, FOUR_GIB);
}

static void map_image(const char *start, const char *end, unsigned perms)
{
	map((uint64_t)start, image_to_phys(start).raw, (uint64_t)(end - start), perms, VM_NORMAL);
}

/* Enough for every edge of a region to cut a huge and a large page, and for all large pages. */
static void pool_create(struct boot_info *info)
{
	const struct boot_region *last = &info->regions[info->region_count - 1];
	uint64_t top = last->base + last->size > FOUR_GIB ? last->base + last->size : FOUR_GIB;
	uint64_t pages = 4ull * info->region_count + (top >> GIB_SHIFT) + 2 * SPARE_TABLES;
	uint64_t start = boot_region_take(info, pages * PAGE_SIZE, FOUR_GIB);

	if (!start)
		panic("no memory for the kernel's page tables");
	pool = (struct table_pool){start, start + pages * PAGE_SIZE, PHYS_MAP_BASE};
	memset(phys_to_virt(paddr(start)), 0, pages * PAGE_SIZE);
}

/* What the tables did not take, but for a few, is RAM again. */
static void pool_shrink(struct boot_info *info)
{
	uint64_t end = pool.next + SPARE_TABLES * PAGE_SIZE;

	if (end < pool.end && boot_region_set(info, end, pool.end - end, BOOT_REGION_RAM))
		pool.end = end;
}

void mmu_init(struct boot_info *info)
{
	pool_create(info);
	kernel_root = root_take();
	map_image(__text_start, __text_end, VM_READ | VM_EXECUTE);
	map_image(__rodata_start, __rodata_end, VM_READ);
	map_image(__rodata_end, __kernel_end, VM_READ | VM_WRITE);
	map_memory(info);
	pool_shrink(info);
	memory_map = info;
	cr3_write(kernel_root.raw);
}

/*
 * 16 pages of addresses a CPU: the kernel stack in 0..3, the others in 5..6, 8..9 and 11..12. An
 * overflow is a #DF on a good stack instead of silent damage.
 */
uint64_t mmu_stack_top(unsigned index, enum stack stack)
{
	return STACK_WINDOW + (16ull * index + 4 + 3 * stack) * PAGE_SIZE;
}

void mmu_make_stacks(struct boot_info *info, unsigned index)
{
	for (enum stack stack = STACK_KERNEL; stack < STACK_COUNT; stack++) {
		uint64_t size = stack == STACK_KERNEL ? KERNEL_STACK_SIZE : 2 * PAGE_SIZE;
		uint64_t frames = boot_region_take(info, size, FOUR_GIB);

		if (!frames)
			panic("no memory for the stacks of CPU %u", index);
		map(mmu_stack_top(index, stack) - size, frames, size, VM_READ | VM_WRITE, VM_NORMAL);
	}
}

paddr_t mmu_further_root(void)
{
	paddr_t root = root_take();

	memcpy(phys_to_virt(root), phys_to_virt(kernel_root), PAGE_SIZE);
	if (!kernel_map(&pool, root.raw, BOOT_SEGMENT, BOOT_SEGMENT, PAGE_SIZE, VM_READ | VM_EXECUTE, VM_NORMAL, 0))
		panic("no memory for the page tables of further CPUs");
	return root;
}

void *arch_map_device(paddr_t base, size_t size)
{
	uint64_t start = base.raw & ~PAGE_MASK;
	uint64_t end = (base.raw + size + PAGE_MASK) & ~PAGE_MASK;

	/* What lies below 4 GiB is mapped already and stays as it is. */
	map_physical(start, end, VM_DEVICE);
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
	pte_t *table = phys_to_virt(root), *kernel = phys_to_virt(kernel_root);

	space->root = root;
	space->active = 0;
	memcpy(&table[TABLE_ENTRIES / 2], &kernel[TABLE_ENTRIES / 2], PAGE_SIZE / 2);
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
}
