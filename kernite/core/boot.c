/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader's boot_info to init's first instruction. Init gets everything: all untyped
 * memory, all singletons, the boot archive, and a CSpace that lists them (kernel/boot.idl).
 *
 * Init's address space has, besides its segments,
 * its IPC buffer (argument 1 of its entry), the boot page, read-only (argument 0), and its stack, all at random places (`aslr=off`: at the
 * first of each range).
 */
#include "boot_info.h"

#include "core/boot_archive.h"
#include "core/command_line.h"
#include "core/cpu.h"
#include "core/lock.h"
#include "core/panic.h"
#include "core/random.h"
#include "core/scheduler.h"
#include "core/trace.h"
#include "gen/memory_object_ops.h"
#include "gen/vspace_ops.h"
#include "ipc/fastpath.h"
#include "mm/boot_memory.h"
#include "object/clock.h"
#include "object/cnode.h"
#include "object/derivation.h"
#include "object/memory_object.h"
#include "object/pool.h"
#include "object/vspace.h"
#include "uapi/object/boot.h"
#include "uapi/object/vspace.h"
#include "uapi/object_size.h"

#define BOOT_CNODE_BITS 12
#define BOOT_POOL_PAGES 512
#define BOOT_STACK_PAGES 64
#define BOOT_STACK_TOP 0x7fbff0000000ull
#define BOOT_PAGE_ADDRESS 0x7f8000000000ull
#define BOOT_MAP_BASE 0x10000000000ull
#define BOOT_PIE_BASE 0x550000000000ull
#define BOOT_PLACE_BITS 26
#define INIT_PRIORITY 200

static struct cnode *cspace;

static void *boot_object(enum kn_object_type type, unsigned size_bits)
{
	void *block = boot_alloc(1ull << size_bits, 1ull << size_bits);

	object_create(type, block, size_bits);
	return block;
}

static void boot_cap(uint32_t index, struct object *object, uint32_t rights)
{
	slot_fill(cnode_slot(cspace, index), nullptr, object, rights & object_classes[object->type].rights);
}

/* An object of fixed size, and init's capability to it. */
static void *boot_object_in(uint32_t index, enum kn_object_type type)
{
	void *block = boot_object(type, object_classes[type].size_bits);

	boot_cap(index, (struct object *)((char *)block + object_classes[type].object_offset), KN_RIGHTS_ALL);
	return block;
}

static void make_singletons(void)
{
	static struct object singletons[KN_TYPE_COUNT];
	static const uint8_t slots[KN_TYPE_COUNT] = {
	    [KN_TYPE_CONSOLE] = KN_BOOT_SLOT_CONSOLE,
	    [KN_TYPE_POWER] = KN_BOOT_SLOT_POWER,
	    [KN_TYPE_RANDOM] = KN_BOOT_SLOT_RANDOM,
	    [KN_TYPE_DEBUG] = KN_BOOT_SLOT_DEBUG,
	    [KN_TYPE_CLOCK] = KN_BOOT_SLOT_CLOCK,
	    [KN_TYPE_IRQ_CONTROL] = KN_BOOT_SLOT_IRQ_CONTROL,
	    [KN_TYPE_IO_PORT_CONTROL] = KN_BOOT_SLOT_IO_PORT_CONTROL,
	    [KN_TYPE_EXEC_AUTHORITY] = KN_BOOT_SLOT_EXEC_AUTHORITY,
	};

	for (unsigned type = 0; type < KN_TYPE_COUNT; type++) {
		if (slots[type]) {
			object_init(&singletons[type], (enum kn_object_type)type, 0);
			boot_cap(slots[type], &singletons[type], KN_RIGHTS_ALL);
		}
	}
}

static struct memory_object *physical(uint64_t base, uint64_t pages)
{
	struct memory_object *object = boot_object(KN_TYPE_MEMORY_OBJECT, KN_OBJECT_BITS_MEMORY_OBJECT);

	memory_object_init_physical(object, paddr(base), pages, VM_NORMAL);
	return object;
}

/* A physical object whose capability lets init look but not change. */
static struct memory_object *read_only(uint32_t index, uint64_t base, uint64_t pages)
{
	struct memory_object *object = physical(base, pages);

	boot_cap(index, &object->object, KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_GRANT | KN_RIGHT_REVOKE);
	return object;
}

static void must(kn_status status, const char *what)
{
	if (status != KN_OK)
		panic("cannot set up init: %s: status %d", what, status);
}

static void map(struct vspace *space, struct memory_object *object, uint64_t offset,
    uint64_t address, uint64_t pages, uint32_t prot, uint32_t sharing)
{
	struct slot slot = {.cap = {.object = object ? &object->object : nullptr, .rights = KN_RIGHTS_ALL}};
	const struct vspace_map_in in = {.object = object ? &slot : nullptr, .offset = offset, .address = address,
	    .pages = pages, .prot = prot, .max_prot = prot, .flags = sharing | KN_VSPACE_MAP_FIXED};
	struct vspace_map_out out;

	must(vspace_map(space, &in, &out), "mapping");
}

/* The file's last page may go on with the next file's bytes; what init sees behind the segment is
 * zero. */
static void clear_tail(struct vspace *space, const struct kn_archive_segment *segment)
{
	uint64_t tail = segment->file_size % PAGE_SIZE;

	if (tail == 0 || !(segment->prot & KN_VSPACE_PROT_WRITE))
		return;
	uint64_t page = segment->address + segment->file_size - tail;
	void *bytes;

	must(vspace_kernel_page(space, page, VM_WRITE, &bytes), "data");
	memset((char *)bytes + tail, 0, PAGE_SIZE - tail);
}

/* Random, but for debuggers. */
static uint64_t place(uint64_t first)
{
	uint64_t random = 0;

	if (!command_line_has("aslr=off"))
		random_fill(&random, sizeof(random));
	return first + (random >> (64 - BOOT_PLACE_BITS)) * PAGE_SIZE;
}

static void map_segments(struct vspace *space, struct memory_object *archive,
    const struct kn_archive_header *header, uint64_t bias)
{
	for (unsigned i = 0; i < header->segment_count; i++) {
		struct kn_archive_segment copy = header->segments[i], *s = &copy;
		uint64_t file_pages = (s->file_size + PAGE_MASK) >> PAGE_SHIFT;
		uint64_t pages = (s->memory_size + PAGE_MASK) >> PAGE_SHIFT;

		s->address += bias;
		if (file_pages > 0)
			map(space, archive, s->offset >> PAGE_SHIFT, s->address, file_pages,
			    s->prot, KN_VSPACE_MAP_PRIVATE);
		if (pages > file_pages)
			map(space, nullptr, 0, s->address + file_pages * PAGE_SIZE,
			    pages - file_pages, s->prot, KN_VSPACE_MAP_PRIVATE);
		clear_tail(space, s);
	}
}

static struct kn_boot_page *make_boot_page(const struct boot_info *info)
{
	struct kn_boot_page *page = boot_alloc(PAGE_SIZE, PAGE_SIZE);

	static_assert(sizeof(*page) <= PAGE_SIZE);
	page->magic = KN_BOOT_MAGIC;
	page->version = 1;
	page->cpu_count = cpu_count;
	page->archive_size = info->archive_size;
	page->acpi_rsdp = info->acpi_rsdp;
	page->fdt = info->fdt;
	page->memory_total = boot_memory_total;
	page->kernel_size = info->kernel_size;
	static_assert(sizeof(page->command_line) == sizeof(info->command_line));
	memcpy(page->command_line, info->command_line, sizeof(page->command_line));
	return page;
}

/* The last of all: takes every frame that is left. */
static void hand_out_untypeds(struct kn_boot_page *page)
{
	size_t count = boot_memory_untypeds(page->untypeds, KN_BOOT_UNTYPED_MAX);

	for (size_t i = 0; i < count; i++) {
		const struct kn_boot_untyped *u = &page->untypeds[i];

		slot_fill_untyped(cnode_slot(cspace, KN_BOOT_SLOT_UNTYPED + (uint32_t)i), nullptr,
		    u->base, u->size_bits, u->is_device);
	}
	page->untyped_count = (uint32_t)count;
	page->first_free_slot = KN_BOOT_SLOT_UNTYPED + (uint32_t)count;
}

static struct tcb *make_init(const struct boot_info *info, paddr_t clock_page)
{
	const struct kn_archive_header *header = phys_to_virt(paddr(info->archive_base));
	const char *flaw = boot_archive_flaw(header, info->archive_size);
	const uint64_t stack_top = place(BOOT_STACK_TOP), page_address = place(BOOT_PAGE_ADDRESS);
	const uint64_t ipc_address = page_address + PAGE_SIZE;

	if (flaw)
		panic("the boot archive cannot be used: %s", flaw);

	cspace = boot_object(KN_TYPE_CNODE, BOOT_CNODE_BITS + KN_SLOT_BITS);
	struct tcb *init = boot_object_in(KN_SLOT_TCB, KN_TYPE_TCB);
	struct vspace *space = boot_object_in(KN_SLOT_VSPACE, KN_TYPE_VSPACE);
	struct pool *pool = boot_object_in(KN_BOOT_SLOT_POOL, KN_TYPE_POOL);
	struct sched_context *time = boot_object_in(KN_BOOT_SLOT_SCHED_CONTEXT, KN_TYPE_SCHED_CONTEXT);
	struct memory_object *ipc = boot_object(KN_TYPE_MEMORY_OBJECT, KN_OBJECT_BITS_MEMORY_OBJECT);
	paddr_t frames = virt_to_phys(boot_alloc(BOOT_POOL_PAGES * PAGE_SIZE, PAGE_SIZE));

	boot_cap(KN_SLOT_CSPACE, &cspace->object, KN_RIGHTS_ALL);
	/* All its capabilities may lie inside itself, which would be its end; the kernel counts as
	 * a holder. */
	cspace->object.references++;
	make_singletons();
	read_only(KN_BOOT_SLOT_CLOCK_PAGE, clock_page.raw, 1);
	struct memory_object *archive = read_only(KN_BOOT_SLOT_ARCHIVE, info->archive_base,
	    (info->archive_size + PAGE_MASK) >> PAGE_SHIFT);
	uint64_t tables, table_pages;

	if (boot_memory_firmware_tables(&tables, &table_pages))
		read_only(KN_BOOT_SLOT_ACPI_TABLES, tables, table_pages);

	struct kn_boot_page *page = make_boot_page(info);
	/* Objects without capabilities live as long as the kernel. */
	struct memory_object *page_object = physical(virt_to_phys(page).raw, 1);

	pool_add_boot_frames(pool, frames, BOOT_POOL_PAGES);
	must(vspace_setup(space, pool, place(BOOT_MAP_BASE)), "address space");
	struct memory_object_configure_anonymous_in in = {
	    .pool = cnode_slot(cspace, KN_BOOT_SLOT_POOL), .pages = 1};

	must(memory_object_configure_anonymous(ipc, &in), "IPC buffer");
	map(space, ipc, 0, ipc_address, 1, KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE, KN_VSPACE_MAP_SHARED);
	map(space, page_object, 0, page_address, 1, KN_VSPACE_PROT_READ, KN_VSPACE_MAP_SHARED);
	map(space, nullptr, 0, stack_top - BOOT_STACK_PAGES * PAGE_SIZE, BOOT_STACK_PAGES,
	    KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE, KN_VSPACE_MAP_PRIVATE);
	const uint64_t bias = boot_archive_is_pie(header) ? place(BOOT_PIE_BASE) : 0;

	map_segments(space, archive, header, bias);

	must(memory_object_pin(ipc, 0, init), "IPC buffer");
	init->ipc_address = ipc_address;
	vspace_attach(space, init);
	init->cspace = cspace;
	list_append(&cspace->threads, &init->cspace_link);
	init->sched_context = init->home = time;
	time->thread = init;
	init->priority = INIT_PRIORITY;
	memcpy(init->name, "init", 5);
	ctx_set_ip(&init->context, header->entry + bias);
	/* As after a call: both machines' C conventions agree on 16-byte alignment before the
	 * return address. */
	ctx_set_sp(&init->context, stack_top - 16);
	ctx_set_argument(&init->context, 0, page_address);
	ctx_set_argument(&init->context, 1, ipc_address);
	hand_out_untypeds(page);
	return init;
}

void kernel_main(struct boot_info *info)
{
	kernel_lock();
	command_line_set(info->command_line);
	trace_is_on = command_line_has("trace=on");
	trace_errors = command_line_has("trace=errors");
	if (command_line_has("ipc.fastpath=off"))
		fastpath_disable();
	boot_memory_init(info);
	cpu_prepare(0);
	arch_init();
	cpu_count = 1;
	cpu_go_online(&cpus[0]);
	random_boot(info->entropy);
	/* No caller of this function is ever returned to, so none can see its canary change. */
	uint64_t canary;

	random_fill(&canary, sizeof(canary));
	__stack_chk_guard = canary;
	paddr_t clock_page = clock_boot(info->wall_clock);

	cpu_start_others();
	klog("kernite: %u CPUs, %lu MiB\n", cpu_online_count, boot_memory_total >> 20);
	struct tcb *init = make_init(info, clock_page);

	thread_start(init);
	scheduler_exit(this_cpu());
	kernel_unlock();
	arch_enter_user();
}
