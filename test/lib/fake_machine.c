/* SPDX-License-Identifier: BSD-2-Clause */
/* See fake_machine.h. */
#include "fake_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/address_wait.h"
#include "core/fault.h"
#include "core/work.h"
#include "mm/page_table.h"
#include "object/derivation.h"
#include "object/tcb.h"
#include "object/untyped.h"

struct translation {
	const struct arch_space *space;
	uint64_t page;
	pte_t entry;
};

unsigned fake_stopped_threads;
uint64_t fake_fault_label;
uint64_t fake_fault_words[6];
struct slot *fake_fault_handler;
kn_status fake_fault_reason;
uint64_t fake_wait_key[2];
unsigned fake_waiting;
unsigned fake_restarts;
bool fake_cap_is_copyable;

struct tcb fake_caller;
bool fake_restarted;
static struct cpu cpu = {.current = &fake_caller};
static int work_limit;
static void *ram;
static struct translation tlb[FAKE_TLB_MAX];
static size_t tlb_count;

/* ---- the machine ---- */

struct cpu *this_cpu(void)
{
	return &cpu;
}

void fake_machine_start(uint64_t pages)
{
	if (posix_memalign(&ram, 1 << 20, pages << PAGE_SHIFT) != 0)
		abort();
	memset(ram, 0xa5, pages << PAGE_SHIFT);
	frame_first = virt_to_phys(ram).raw >> PAGE_SHIFT;
	frame_count = pages;
	frame_table = calloc(pages, sizeof(struct frame));
	for (uint64_t i = 0; i < pages; i++)
		frame_table[i].kind = FRAME_UNTYPED;
	tlb_count = 0;
	fake_fault_label = 0;
	fake_fault_reason = KN_OK;
	fake_stopped_threads = 0;
	fake_restarts = 0;
	fake_waiting = 0;
	fake_cap_is_copyable = true;
	fake_work_limit(0);
}

void fake_machine_stop(void)
{
	free(ram);
	free(frame_table);
	frame_table = nullptr;
	frame_count = 0;
}

void fake_work_limit(int units)
{
	work_limit = units ? units : 1 << 30;
	cpu.work = work_limit;
}

void fake_kernel_entry(void)
{
	cpu.work = work_limit;
}

void panic(const char *format, ...)
{
	va_list arguments;
	char text[200];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "# panic: %s\n", text);
	abort();
}

void arch_clear_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}

void arch_copy_page(void *restrict to, const void *restrict from)
{
	memcpy(to, from, PAGE_SIZE);
}

void arch_pte_publish(void)
{
}

void arch_sync_code(vaddr_t address, size_t size)
{
}

void arch_space_init(struct arch_space *space, paddr_t root)
{
	space->root = root;
}

void arch_tlb_invalidate(struct arch_space *space, vaddr_t start, size_t pages, bool table_freed)
{
	size_t kept = 0;

	for (size_t i = 0; i < tlb_count; i++) {
		uint64_t offset = tlb[i].page - start.raw;

		if (tlb[i].space != space || offset >> PAGE_SHIFT >= pages)
			tlb[kept++] = tlb[i];
	}
	tlb_count = kept;
}

void arch_space_destroy(struct arch_space *space)
{
	arch_tlb_invalidate(space, vaddr(0), SIZE_MAX >> PAGE_SHIFT, true);
}

void fake_tlb_evict(void)
{
	tlb_count = 0;
}

/* ---- the kernel around mm ---- */

/* Slots: just enough of the derivation tree for internal slots and held capabilities. */
void slot_fill_internal(struct slot *slot, struct slot *parent, struct object *object)
{
	slot->cap = (struct cap){.object = object, .type = object->type, .flags = SLOT_INTERNAL};
	slot->next = parent;
	parent->child = slot;
	parent->last = slot;
}

void slot_drop_internal(struct slot *slot)
{
	if (slot_is_empty(slot))
		return;
	slot->next->child = nullptr;
	slot->next->last = nullptr;
	*slot = (struct slot){};
}

bool slot_is_copyable(const struct slot *slot)
{
	return fake_cap_is_copyable;
}

void slot_derive(struct slot *to, struct slot *from, uint32_t rights, uint64_t badge)
{
	to->cap = from->cap;
	to->cap.rights = rights;
	to->cap.badge = badge;
}

kn_status slot_delete(struct slot *slot)
{
	*slot = (struct slot){};
	return KN_OK;
}

void slot_replace(struct slot *place, struct slot *from)
{
	*place = from ? *from : (struct slot){};
}

kn_status untyped_try_reset(struct slot *slot)
{
	slot->cap.payload = 0;
	return KN_OK;
}

bool thread_halt(struct tcb *thread)
{
	fake_stopped_threads++;
	return true;
}

void fault_send(struct tcb *thread, struct slot *handler, uint64_t label, const uint64_t words[6])
{
	fake_fault_label = label;
	fake_fault_handler = handler;
	memcpy(fake_fault_words, words, sizeof(fake_fault_words));
}

void fault_vm(struct tcb *thread, kn_status reason)
{
	fake_fault_reason = reason;
}

kn_status address_wait(struct tcb *thread, uint64_t key0, uint64_t key1, kn_time deadline)
{
	fake_wait_key[0] = key0;
	fake_wait_key[1] = key1;
	fake_waiting++;
	return KN_BLOCKED;
}

uint32_t address_wake(uint64_t key0, uint64_t key1, uint32_t count)
{
	uint32_t woken = fake_waiting < count ? fake_waiting : count;

	if (key0 != fake_wait_key[0] || key1 != fake_wait_key[1])
		return 0;
	fake_waiting -= woken;
	return woken;
}

/* ---- operands ---- */

struct slot fake_cap(struct object *object, enum kn_object_type type, uint32_t rights)
{
	return (struct slot){.cap = {.object = object, .type = type, .rights = rights}};
}

void fake_untyped(struct slot *slot, uint64_t first_page, unsigned size_bits)
{
	*slot = (struct slot){};
	slot->cap = (struct cap){.type = KN_TYPE_UNTYPED,
	    .badge = (frame_first + first_page) << PAGE_SHIFT,
	    .size_bits = (uint8_t)size_bits,
	    .rights = KN_RIGHTS_ALL};
}

static void head(struct object *object, enum kn_object_type type)
{
	*object = (struct object){.type = type};
	list_init(&object->reaper);
}

void fake_pool(struct pool *pool)
{
	memset(pool, 0, sizeof(*pool));
	head(&pool->object, KN_TYPE_POOL);
	pool_init(&pool->object);
}

void fake_object(struct memory_object *object)
{
	memset(object, 0, sizeof(*object));
	head(&object->object, KN_TYPE_MEMORY_OBJECT);
	memory_object_init(&object->object);
}

void fake_space(struct vspace *space)
{
	memset(space, 0, sizeof(*space));
	head(&space->object, KN_TYPE_VSPACE);
	vspace_init(&space->object);
}

/* ---- the memory management unit ---- */

static bool allows(pte_t entry, unsigned access)
{
	return pte_is_present(entry) && (entry.raw & FAKE_PTE_PERMS(access));
}

static kn_status walk(struct vspace *space, uint64_t address, unsigned access, paddr_t *page)
{
	uint64_t number = address & ~PAGE_MASK;

	for (size_t i = 0; i < tlb_count; i++) {
		if (tlb[i].space == &space->arch && tlb[i].page == number &&
		    allows(tlb[i].entry, access)) {
			*page = pte_paddr(tlb[i].entry);
			return KN_OK;
		}
	}
	for (int tries = 0; tries < 3; tries++) {
		pte_t *entry = space->tables.root.raw ? table_find(&space->tables, address) : nullptr;

		if (entry && allows(*entry, access)) {
			assert_true(tlb_count < FAKE_TLB_MAX);
			tlb[tlb_count++] = (struct translation){&space->arch, number, *entry};
			*page = pte_paddr(*entry);
			return KN_OK;
		}

		struct populate_miss miss = {};
		kn_status status;

		fake_kernel_entry();
		status = vspace_populate(space, address, access, &miss);
		if (status != KN_OK)
			return status;
	}
	fail_msg("a fault was resolved but the access still fails");
	return KN_E_IO;
}

kn_status fake_read(struct vspace *space, uint64_t address, uint8_t *value)
{
	paddr_t page;
	kn_status status = walk(space, address, VM_READ, &page);

	if (status == KN_OK)
		*value = ((uint8_t *)phys_to_virt(page))[address & PAGE_MASK];
	return status;
}

kn_status fake_write(struct vspace *space, uint64_t address, uint8_t value)
{
	paddr_t page;
	kn_status status = walk(space, address, VM_WRITE, &page);

	if (status == KN_OK)
		((uint8_t *)phys_to_virt(page))[address & PAGE_MASK] = value;
	return status;
}

kn_status fake_execute(struct vspace *space, uint64_t address)
{
	paddr_t page;

	return walk(space, address, VM_EXECUTE, &page);
}

static uint64_t count_tables(paddr_t table, unsigned level)
{
	uint64_t count = 1;
	const pte_t *entries = phys_to_virt(table);
	uint32_t used = 0;

	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		used += entries[i].raw != 0;
		if (level > 0 && entries[i].raw != 0)
			count += count_tables(pte_paddr(entries[i]), level - 1);
	}
	assert_int_equal(frame_of(table)->kind, FRAME_TABLE);
	assert_int_equal(frame_of(table)->count, used);
	assert_true(level == TABLE_LEVELS - 1 || used > 0);
	return count;
}

void fake_check(struct vspace *space)
{
	uint64_t address = 0, committed = 0, mapped = 0, last_end = 0;
	pte_t *leaf;

	if (space->tables.root.raw == 0)
		return;
	assert_int_equal(count_tables(space->tables.root, TABLE_LEVELS - 1), space->tables.count);
	while ((leaf = table_next(&space->tables, &address, KN_USER_MAX))) {
		for (unsigned i = 0; i < TABLE_ENTRIES; i++, address += PAGE_SIZE) {
			if (leaf[i].raw == 0)
				continue;
			committed += pte_is_private(leaf[i]);
			assert_non_null(region_find(&space->regions, address));
			/* Nobody may write to a frame that has other owners. */
			if (frame_is_ram(pte_paddr(leaf[i])) && pte_is_writable(leaf[i]) &&
			    frame_of(pte_paddr(leaf[i]))->kind == FRAME_USER)
				assert_int_equal(frame_of(pte_paddr(leaf[i]))->count, 1);
		}
	}
	assert_int_equal(committed, space->committed);
	for (struct region *region = region_at_or_above(&space->regions, 0); region;
	     region = region_next(&space->regions, region)) {
		assert_true(region->start >= last_end && region->end > region->start);
		last_end = region->end;
		mapped += (region->end - region->start) >> PAGE_SHIFT;
	}
	assert_int_equal(mapped, space->mapped);
	for (size_t i = 0; i < tlb_count; i++) {
		if (tlb[i].space != &space->arch)
			continue;

		pte_t *entry = table_find(&space->tables, tlb[i].page);

		assert_non_null(entry);
		assert_true(pte_is_present(*entry));
		assert_int_equal(pte_paddr(*entry).raw, pte_paddr(tlb[i].entry).raw);
		assert_true(!pte_is_writable(tlb[i].entry) || pte_is_writable(*entry));
	}
}
