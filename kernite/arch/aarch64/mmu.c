/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces, their ASIDs, and the kernel's own map.
 *
 * Kernel half (TTBR1) and user half (TTBR0) are separate tables here, so a new space has nothing to
 * copy. A space gets its ASID when it is made and keeps it; that needs no generations and no
 * rollover. When all are taken (65,534 spaces; 254 on CPUs with 8-bit ASIDs) further spaces share
 * the last ASID, and a CPU flushes it whenever it changes from one of them to another.
 *
 * Invalidation is by broadcast (TLBI ...IS; DSB ISH waits for all CPUs: ARM ARM D8.16), so no CPU
 * is interrupted for it. All callers hold the kernel lock.
 */
#include "local.h"
#include "arch_switch.h"

#include "core/slide.h"
#include "dev/acpi.h"
#include "dev/boot_regions.h"
#include "mm/boot_memory.h"
#include "mm/kernel_map.h"

/* Kernel stacks of further CPUs, each with an unmapped gap of its own size below it. */
#define STACKS_BASE 0xffffffffc0000000ull

#define ASID_COUNT 65536u
#define FLUSH_ALL_PAGES 32
#define TLBI_ADDRESS_MASK ((1ull << 44) - 1)

static struct table_pool pool;
static const struct handoff *handoff;
paddr_t kernel_root, identity_root;
static uint64_t asids_in_use[ASID_COUNT / 64];
uint64_t asid_shared; /* the last one the CPU has */
static uint64_t asid_next = 1;

/* The loader left this page mapped; entries of the image are 4 KiB pages. */
static void unmap_image_page(const char *page)
{
	uint64_t address = (uint64_t)page;
	pte_t *table = phys_to_virt(kernel_root);

	for (unsigned level = 3; level; level--)
		table = phys_to_virt(pte_paddr(table[address >> (PAGE_SHIFT + 9 * level) & 511]));
	table[address >> PAGE_SHIFT & 511] = pte_none();
	__asm__ volatile("dsb ishst; tlbi vaae1is, %0; dsb ish; isb" ::"r"(
	    address >> PAGE_SHIFT & TLBI_ADDRESS_MASK)
			 : "memory");
}

uint64_t mmu_make_stack(unsigned index)
{
	uint64_t base = STACKS_BASE + (2ull * index + 1) * KERNEL_STACK_SIZE;
	paddr_t memory = virt_to_phys(boot_alloc(KERNEL_STACK_SIZE, PAGE_SIZE));

	if (!kernel_map(&pool, kernel_root.raw, base, memory.raw, KERNEL_STACK_SIZE, VM_READ | VM_WRITE, VM_NORMAL, 0))
		panic("no page tables left for the stack of CPU %u", index);
	arch_pte_publish();
	return base + KERNEL_STACK_SIZE;
}

void mmu_init(const struct handoff *from)
{
	handoff = from;
	kernel_root = paddr(from->root);
	identity_root = paddr(from->identity);
	pool = (struct table_pool){from->pool_next, from->pool_end, PHYS_MAP_BASE};
	asid_shared = (read_sysreg(id_aa64mmfr0_el1) >> 4 & 15) == 2 ? ASID_COUNT - 1 : 255;
	asids_in_use[0] = 1; /* ASID 0: nobody's, empty_root */
	unmap_image_page(boot_stack_guard);
}

paddr_t kernel_image_physical(const void *address)
{
	return paddr((uint64_t)address - kernel_slide() - KERNEL_BASE + handoff->info.kernel_base);
}

static uint64_t asid_of(const struct arch_space *space)
{
	return space->ttbr >> ASID_SHIFT;
}

static uint64_t asid_acquire(void)
{
	for (uint64_t tried = 0; tried < asid_shared; tried++) {
		uint64_t asid = asid_next;
		uint64_t *word = &asids_in_use[asid / 64];

		asid_next = asid + 1 < asid_shared ? asid + 1 : 1;
		if (!(*word >> asid % 64 & 1)) {
			*word |= 1ull << asid % 64;
			return asid;
		}
	}
	return asid_shared;
}

void arch_space_init(struct arch_space *space, paddr_t root)
{
	space->root = root;
	space->ttbr = root.raw | asid_acquire() << ASID_SHIFT;
	arch_pte_publish();
}

static void flush_asid_everywhere(uint64_t asid)
{
	__asm__ volatile("dsb ishst; tlbi aside1is, %0; dsb ish; isb" ::"r"(asid << ASID_SHIFT) : "memory");
}

void arch_space_destroy(struct arch_space *space)
{
	const uint64_t asid = asid_of(space);

	flush_asid_everywhere(asid);
	if (asid != asid_shared)
		asids_in_use[asid / 64] &= ~(1ull << asid % 64);
}

void arch_tlb_invalidate(struct arch_space *space, vaddr_t start, size_t pages, bool table_freed)
{
	uint64_t operand = asid_of(space) << ASID_SHIFT;

	if (pages > FLUSH_ALL_PAGES) {
		flush_asid_everywhere(asid_of(space));
		return;
	}
	__asm__ volatile("dsb ishst" ::: "memory");
	for (size_t i = 0; i < pages; i++) {
		uint64_t page = operand | ((start.raw >> PAGE_SHIFT) + i & TLBI_ADDRESS_MASK);

		/* VALE: leaf entries only; VAE also what walks have cached on the way. */
		if (table_freed)
			__asm__ volatile("tlbi vae1is, %0" ::"r"(page) : "memory");
		else
			__asm__ volatile("tlbi vale1is, %0" ::"r"(page) : "memory");
	}
	__asm__ volatile("dsb ish; isb" ::: "memory");
}

void arch_tlb_serve(void)
{
	smp_halt_if_asked();
}

void arch_pte_publish(void)
{
	__asm__ volatile("dsb ishst; isb" ::: "memory");
}

void space_switch_slow(struct cpu *cpu, const struct arch_space *space)
{
	/* Idle: a space that nobody runs in may be freed while we sleep. */
	write_sysreg(ttbr0_el1, kernel_image_physical(empty_root).raw);
	if (!space) {
		isb();
		return;
	}
	if (cpu->arch.shared_space != space)
		__asm__ volatile("isb; tlbi aside1, %0; dsb nsh; isb" ::"r"(space->ttbr) : "memory");
	cpu->arch.shared_space = space;
	write_sysreg(ttbr0_el1, space->ttbr);
}

void arch_sync_code(vaddr_t kernel_address, size_t size)
{
	uint64_t ctr = read_sysreg(ctr_el0);
	uint64_t line = 4ull << (ctr >> 16 & 15);

	/* CTR_EL0.IDC and DIC say that the caches need no help (ARM ARM D7.5.9). */
	if (!(ctr >> 28 & 1))
		for (uint64_t at = kernel_address.raw & ~(line - 1); at < kernel_address.raw + size; at += line)
			__asm__ volatile("dc cvau, %0" ::"r"(at) : "memory");
	dsb_ish();
	if (!(ctr >> 29 & 1))
		__asm__ volatile("ic ialluis; dsb ish" ::: "memory");
	isb();
}

void *arch_map_device(paddr_t base, size_t size)
{
	uint64_t start = base.raw & ~PAGE_MASK;
	uint64_t end = (base.raw + size + PAGE_MASK) & ~PAGE_MASK;

	/* What lies below 4 GiB is mapped already and stays as it is. */
	if (!kernel_map(&pool, kernel_root.raw, PHYS_MAP_BASE + start, start, end - start,
		VM_READ | VM_WRITE, VM_DEVICE, 0))
		panic("no page tables left to map the device at %lx", (unsigned long)base.raw);
	arch_pte_publish();
	return phys_to_virt(base);
}

const void *acpi_view(uint64_t address, size_t size)
{
	if (address + size < address)
		return nullptr;
	for (uint64_t at = address & ~PAGE_MASK; at < address + size; at += PAGE_SIZE) {
		enum boot_region_kind kind = boot_region_kind_at(&handoff->info, at);

		if (!kind || kind == BOOT_REGION_RESERVED)
			return nullptr;
	}
	return phys_to_virt(paddr(address));
}
