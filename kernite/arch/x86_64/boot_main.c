/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader to kernel_main() on the boot CPU, in the order that each step needs: where shall
 * I be, who am I, what memory is there, real page tables, ACPI, stacks, descriptors. Nothing here
 * runs twice.
 */
#include "machine.h"
#include "core/command_line.h"
#include "core/cpu.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"
#include "registers.h"

#define LOW_MEMORY_END 0x100000ull
#define RSDP_SIZE 36

static struct boot_info boot_info;
static bool is_loader_known;

extern const uint64_t __relocations_start[], __relocations_end[]; /* linker script */

[[noreturn]] void stack_switch(uint64_t stack_top, void (*function)(struct boot_info *), struct boot_info *info);
[[noreturn]] void boot_main(uint32_t magic, uint64_t information);

static void reserve(struct boot_info *info, uint64_t base, uint64_t size)
{
	if (!boot_region_set(info, base, size, BOOT_REGION_IN_USE))
		panic("the firmware's memory map has too many pieces");
}

/*
 * Low RAM stays ours: the trampoline, the loader's data, and whatever the firmware forgot to
 * mention.
 */
static void reserve_low_memory(struct boot_info *info)
{
	for (unsigned i = 0; i < info->region_count; i++) {
		struct boot_region region = info->regions[i];
		uint64_t end = region.base + region.size;

		if (region.kind != BOOT_REGION_RAM || region.base >= LOW_MEMORY_END)
			continue;
		if (end > LOW_MEMORY_END)
			end = LOW_MEMORY_END;
		reserve(info, region.base, end - region.base);
		i = (unsigned)-1; /* the table changed: look again */
	}
}

static void find_memory(struct boot_info *info)
{
	if (!is_loader_known)
		panic("the boot information is neither Multiboot2's nor PVH's");
	info->kernel_base = image_to_phys(__kernel_start).raw;
	info->kernel_size = (uint64_t)(__kernel_end - __kernel_start);
	reserve_low_memory(info);
	reserve(info, info->kernel_base, info->kernel_size);
	reserve(info, BOOT_SEGMENT, PAGE_SIZE);
	if (info->archive_base & PAGE_MASK) {
		klog("boot archive at %lx is not page-aligned: ignored\n", info->archive_base);
		info->archive_size = 0;
	}
	if (info->archive_size)
		reserve(info, info->archive_base, info->archive_size);
}

/*
 * The loader's copy of the RSDP may lie in memory that is about to be free: keep one among the
 * ACPI tables.
 */
static void keep_rsdp(struct boot_info *info)
{
	const void *rsdp = info->acpi_rsdp ? acpi_view(info->acpi_rsdp, RSDP_SIZE) : nullptr;
	uint64_t page = rsdp ? boot_region_take(info, PAGE_SIZE, 1ull << 32) : 0;

	if (!page)
		return;
	memset(phys_to_virt(paddr(page)), 0, PAGE_SIZE);
	memcpy(phys_to_virt(paddr(page)), rsdp, RSDP_SIZE);
	if (!boot_region_set(info, page, PAGE_SIZE, BOOT_REGION_RECLAIM))
		panic("the firmware's memory map has too many pieces");
	info->acpi_rsdp = page;
}

/* From here on at the kernel's final address. */
static void on_boot_stack(struct boot_info *info)
{
	struct cpu *cpu = &cpus[0];

	/* this_cpu() from the first moment: klog and panic use it. */
	cpu->self = cpu;
	msr_write(MSR_GS_BASE, (uint64_t)cpu);
	command_line_set(info->command_line);
	console_init();
	features_enable();
	find_memory(info);
	keep_rsdp(info);
	mmu_init(info);

	acpi_init(info->acpi_rsdp);
	rtc_init(info);
	apic_init();
	smp_find_cpus();
	for (unsigned i = 0; i < arch_cpu_count; i++)
		mmu_make_stacks(info, i);
	smp_place_trampoline(info);
	cpu->stack_top = mmu_stack_top(0, STACK_KERNEL);
	cpu->arch.apic_id = apic_id();
	descriptors_init(cpu);
	stack_switch(cpu->stack_top, kernel_main, info);
}

/* A second view of the image, in the boot tables. The GiB of `slide` has nothing else in it. */
static void map_image_again(uint64_t slide)
{
	uint64_t *pointers = phys_to_virt(paddr(BOOT_KERNEL_POINTERS));
	uint64_t *directory = phys_to_virt(paddr(BOOT_KERNEL_DIRECTORY));
	uint64_t base = KERNEL_BASE + slide, size = (uint64_t)__kernel_end - KERNEL_BASE;

	pointers[base >> 30 & 511] = BOOT_KERNEL_DIRECTORY | 3;
	for (uint64_t at = 0; at < size; at += 2ull << 20)
		directory[(base + at) >> 21 & 511] = at | 0x83; /* as in boot.S */
}

/*
 * At the address the kernel is linked for. No pointer to the image may be kept here: all that are in
 * it change at the end, and the old view of it is gone with the boot tables.
 */
void boot_main(uint32_t magic, uint64_t information)
{
	uint64_t random, slide = 0;

	is_loader_known = magic == MULTIBOOT2_MAGIC ? multiboot2_parse(information, &boot_info)
						    : pvh_parse(information, &boot_info);
	features_detect();
	command_line_set(boot_info.command_line);
	if (!command_line_has("kaslr=off")) {
		/* Without a random instruction, the time since power-on is all there is. */
		if (!arch_random(&random))
			random = arch_cycles() * 0x9e3779b97f4a7c15;
		slide = slide_from(random);
		map_image_again(slide);
		slide_apply(__relocations_start, __relocations_end, 0, slide);
	}
	stack_switch((uint64_t)phys_to_virt(paddr(BOOT_STACK_TOP)),
	    (void (*)(struct boot_info *))((uint64_t)on_boot_stack + slide), (struct boot_info *)((uint64_t)&boot_info + slide));
}

void arch_init_cpu(struct cpu *)
{
	apic_init_cpu();
	fpu_init_cpu();
}

void arch_init(void)
{
	ioapic_init();
	arch_init_cpu(this_cpu());
	clock_init();
}
