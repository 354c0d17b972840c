/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel stacks. Each CPU has a 64 KiB window of addresses with four stacks in it, and an
 * unmapped page below each, so that an overflow is a #DF on a good stack instead of silent
 * damage:
 *
 *   page 1..4 kernel   6 NMI   8..9 #DF   11..12 #MC
 */
#include "machine.h"
#include "core/cpu.h"
#include "dev/boot_regions.h"

#define WINDOW_SIZE (16 * PAGE_SIZE)

static_assert(KERNEL_STACK_SIZE == 4 * PAGE_SIZE);

static uint64_t page_address(unsigned index, unsigned page)
{
	return STACK_WINDOW + index * WINDOW_SIZE + page * PAGE_SIZE;
}

void stacks_create(struct boot_info *info, unsigned index)
{
	static const uint8_t pages[] = {1, 2, 3, 4, 6, 8, 9, 11, 12};

	for (unsigned i = 0; i < sizeof(pages); i++) {
		uint64_t frame = boot_region_take(info, PAGE_SIZE, 1ull << 32);

		if (!frame)
			panic("no memory for the stacks of CPU %u", index);
		memset(phys_to_virt(paddr(frame)), 0, PAGE_SIZE);
		mmu_map_kernel_page(
		    page_address(index, pages[i]), paddr(frame), VM_READ | VM_WRITE);
	}
}

uint64_t stack_kernel_top(unsigned index)
{
	return page_address(index, 5);
}

uint64_t stack_ist_top(unsigned index, enum ist ist)
{
	switch (ist) {
	case IST_NMI:
		return page_address(index, 7);
	case IST_DOUBLE_FAULT:
		return page_address(index, 10);
	default:
		return page_address(index, 13);
	}
}
