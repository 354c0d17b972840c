/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.h. The test program is the one that boot tests start in init's place. It finds here what it finds there (kernel/boot.idl): a
 * CSpace with the same slots, a boot page, memory; it cannot tell the difference, except that two of its capabilities are ours:
 *
 *   CONSOLE  an endpoint; what it writes is the output of the run
 *   POWER    the same endpoint; switching the machine off ends the run
 *
 * Its faults come to that endpoint too. Everything it consists of belongs to an account of its own, so that one call destroys it all, and
 * nothing it does to its objects can reach anybody else's. What it shares with the system (debug, the clock) it can only
 * look at: tests that need the machine for themselves leave themselves out when the command line says "tests=shared".
 */
#include "guest.h"

#include "client/objsrv.h"
#include "kn/cnode.h"
#include "kn/exec_authority.h"
#include "kn/memory_object.h"
#include "kn/pool.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "trona/cpio.h"
#include "trona/format.h"
#include "trona/image.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "trona/syscall.h"
#include "uapi/object/boot.h"
#include "uapi/object/console.h"
#include "uapi/object/power.h"
#include "uapi/object_type.h"

#define PROGRAM "usr/libexec/kernel_test"
#define QUOTA (96ull << 20)
#define POOL_BITS 23
#define MEMORY_BITS 25
#define CNODE_BITS 12
#define MAP_BASE 0x10000000000ull
#define STACK_TOP 0x7ffff0000000ull
#define STACK_SIZE (64 * KN_PAGE_SIZE)
#define PAGES_ADDRESS 0x7ffff0010000ull
#define PRIORITY 199 /* as ours (manifest.toml) */
#define SILENCE 120000000000ull /* ns; a test that says nothing for so long hangs */

/* The object shared with the guest: boot page, IPC buffer, pages in which segments' data end. */
enum page { PAGE_BOOT, PAGE_IPC, PAGE_TAILS, PAGE_COUNT = PAGE_TAILS + 2 };

/* Badges of the guest's capabilities to our endpoint. */
enum badge : kn_word { BADGE_CONSOLE = 1, BADGE_POWER, BADGE_FAULT };

static const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
static const uint32_t fixed = KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE;

/* Parts in the order they are made; all are released together. */
enum part { ACCOUNT, FRAMES, MEMORY, POOL, VSPACE, PAGES, CNODE, TCB, TIME, ENDPOINT, REPLY, PART_COUNT };
static kn_cap parts[PART_COUNT];
static uint64_t account_id;
static char *shared; /* PAGES, mapped here */
static unsigned tails;
static bool is_running;

static kn_status make(enum part part, uint8_t type, uint8_t size_bits)
{
	uint64_t handle;

	return objsrv_alloc(parts[ACCOUNT], type, size_bits, &handle, parts[part]);
}

static kn_status make_parts(void)
{
	static const struct {
		enum part part;
		uint8_t type, size_bits;
	} objects[] = {{POOL, KN_TYPE_POOL, 0}, {VSPACE, KN_TYPE_VSPACE, 0}, {PAGES, KN_TYPE_MEMORY_OBJECT, 0},
	    {CNODE, KN_TYPE_CNODE, CNODE_BITS}, {TCB, KN_TYPE_TCB, 0}, {TIME, KN_TYPE_SCHED_CONTEXT, 0},
	    {ENDPOINT, KN_TYPE_ENDPOINT, 0}, {REPLY, KN_TYPE_REPLY, 0}};
	uint64_t handle, address;
	kn_status status = slots_alloc(PART_COUNT, &parts[0]);

	if (status != KN_OK)
		return status;
	for (unsigned i = 1; i < PART_COUNT; i++)
		parts[i] = parts[0] + i;
	status = objsrv_account_create(start_need("objsrv"), QUOTA, &account_id, parts[ACCOUNT]);
	if (status == KN_OK)
		status = objsrv_untyped(parts[ACCOUNT], POOL_BITS, &handle, parts[FRAMES]);
	if (status == KN_OK)
		status = objsrv_untyped(parts[ACCOUNT], MEMORY_BITS, &handle, parts[MEMORY]);
	for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]) && status == KN_OK; i++)
		status = make(objects[i].part, objects[i].type, objects[i].size_bits);
	if (status == KN_OK)
		status = kn_pool_refill(parts[POOL], parts[FRAMES]);
	if (status == KN_OK)
		status = kn_vspace_configure(parts[VSPACE], parts[POOL], MAP_BASE);
	if (status == KN_OK)
		status = kn_memory_object_configure_anonymous(parts[PAGES], parts[POOL], PAGE_COUNT);
	if (status == KN_OK)
		status = kn_vspace_map(
		    KN_SLOT_VSPACE, parts[PAGES], 0, 0, PAGE_COUNT, rw, rw, KN_VSPACE_MAP_SHARED, &address);
	if (status == KN_OK)
		shared = (char *)address;
	return status;
}

/* ---- the program ---- */

/* The boot archive, mapped once and for ever, and a capability to it with EXECUTE. */
static kn_status open_archive(const struct kn_archive_header **header, kn_cap *image)
{
	static const struct kn_archive_header *mapped;
	static kn_cap executable;
	struct kn_memory_object_info info;
	kn_cap archive = start_need("archive");
	uint64_t address;
	kn_status status = KN_OK;

	if (mapped == nullptr) {
		status = kn_memory_object_info(archive, &info);
		if (status == KN_OK)
			status = kn_vspace_map(KN_SLOT_VSPACE, archive, 0, 0, info.pages, KN_VSPACE_PROT_READ,
			    KN_VSPACE_PROT_READ, KN_VSPACE_MAP_SHARED, &address);
		if (status == KN_OK)
			mapped = (const struct kn_archive_header *)address;
	}
	if (status == KN_OK && executable == KN_CAP_NONE) {
		kn_cap slot;

		status = slot_alloc(&slot);
		if (status == KN_OK)
			status = kn_exec_authority_grant(
			    start_need("exec_authority"), archive, KN_SLOT_CSPACE, (uint32_t)slot);
		if (status == KN_OK)
			executable = slot;
	}
	*header = mapped;
	*image = executable;
	return status;
}

/* The page in which data ends lies in the shared object: our memory comes from another pool and cannot be moved there. */
static kn_status make_tail(
    void *context, kn_cap vspace, kn_cap object, uint64_t page, size_t size, uint64_t address, uint32_t prot)
{
	const char *archive = context;
	uint64_t mapped;

	(void)object;
	if (PAGE_TAILS + tails == PAGE_COUNT)
		return KN_E_BAD_IMAGE;
	unsigned tail = PAGE_TAILS + tails++;

	memcpy(shared + tail * KN_PAGE_SIZE, archive + page * KN_PAGE_SIZE, size);
	return kn_vspace_map(vspace, parts[PAGES], tail, address, 1, prot, rw, fixed, &mapped);
}

static kn_status load(uint64_t *entry)
{
	const struct kn_archive_header *header;
	struct elf_image elf;
	struct cpio_entry file;
	kn_cap image;
	uint64_t mapped;
	kn_status status = open_archive(&header, &image);

	if (status == KN_OK)
		status = cpio_find(header, header->archive_size, header->cpio_offset, PROGRAM, &file);
	if (status == KN_OK)
		status = elf_parse((const char *)header + file.offset, file.size, file.size, &elf);
	tails = 0;
	if (status == KN_OK)
		status = image_map_with_tail(parts[VSPACE], image, file.offset / KN_PAGE_SIZE, &elf, 0, make_tail, (void *)header);
	if (status == KN_OK)
		status = image_map_zero(parts[VSPACE], STACK_TOP - STACK_SIZE, STACK_TOP, rw);
	if (status == KN_OK)
		status = kn_vspace_map(parts[VSPACE], parts[PAGES], PAGE_BOOT, PAGES_ADDRESS, 1, KN_VSPACE_PROT_READ,
		    KN_VSPACE_PROT_READ, fixed, &mapped);
	if (status == KN_OK)
		status = kn_vspace_map(
		    parts[VSPACE], parts[PAGES], PAGE_IPC, PAGES_ADDRESS + KN_PAGE_SIZE, 1, rw, rw, fixed, &mapped);
	*entry = elf.entry;
	return status;
}

/* ---- its capabilities ---- */

static kn_status give(uint32_t index, kn_cap source)
{
	struct kn_cap_info info = {};
	kn_status status = slot_info(source, &info);

	return status == KN_OK ? kn_cnode_copy(parts[CNODE], index, source, info.rights) : status;
}

static kn_status fill_cspace(void)
{
	const struct {
		uint32_t index;
		kn_cap source;
	} given[] = {{KN_SLOT_TCB, parts[TCB]}, {KN_SLOT_VSPACE, parts[VSPACE]}, {KN_SLOT_CSPACE, parts[CNODE]},
	    {KN_BOOT_SLOT_RANDOM, start_need("random")}, {KN_BOOT_SLOT_DEBUG, start_need("debug")},
	    {KN_BOOT_SLOT_CLOCK, start_need("clock")}, {KN_BOOT_SLOT_CLOCK_PAGE, start_need("clock_page")},
	    {KN_BOOT_SLOT_EXEC_AUTHORITY, start_need("exec_authority")}, {KN_BOOT_SLOT_ARCHIVE, start_need("archive")},
	    {KN_BOOT_SLOT_SCHED_CONTEXT, parts[TIME]}, {KN_BOOT_SLOT_POOL, parts[POOL]}};
	kn_status status = kn_cnode_mint(
	    parts[CNODE], KN_BOOT_SLOT_CONSOLE, parts[ENDPOINT], SLOT_CLIENT_RIGHTS, BADGE_CONSOLE);

	if (status == KN_OK)
		status = kn_cnode_mint(parts[CNODE], KN_BOOT_SLOT_POWER, parts[ENDPOINT], SLOT_CLIENT_RIGHTS, BADGE_POWER);
	for (unsigned i = 0; i < sizeof(given) / sizeof(given[0]) && status == KN_OK; i++)
		status = give(given[i].index, given[i].source);
	return status == KN_OK ? kn_cnode_move(parts[CNODE], KN_BOOT_SLOT_UNTYPED, parts[MEMORY]) : status;
}

static void fill_boot_page(const char *words, size_t length)
{
	static const char always[] = "tests=shared ";
	struct kn_boot_page *page = (struct kn_boot_page *)(shared + PAGE_BOOT * KN_PAGE_SIZE);
	const char *cpus = start_option("cpus");

	*page = (struct kn_boot_page){.magic = KN_BOOT_MAGIC, .version = 1, .untyped_count = 1,
	    .first_free_slot = KN_BOOT_SLOT_UNTYPED + 1, .memory_total = 1ull << MEMORY_BITS};
	while (cpus != nullptr && *cpus >= '0' && *cpus <= '9')
		page->cpu_count = page->cpu_count * 10 + (uint32_t)(*cpus++ - '0');
	page->untypeds[0].size_bits = MEMORY_BITS;
	memcpy(page->command_line, always, sizeof(always));
	memcpy(page->command_line + sizeof(always) - 1, words, length);
}

static kn_status start_thread(uint64_t entry)
{
	kn_cap fault;
	kn_status status = slot_alloc(&fault);

	if (status != KN_OK)
		return status;
	status = slot_mint(fault, parts[ENDPOINT], KN_RIGHT_SEND | KN_RIGHT_CALL, BADGE_FAULT);
	if (status == KN_OK)
		status = kn_tcb_configure(parts[TCB], parts[VSPACE], parts[CNODE], parts[PAGES], PAGE_IPC,
		    PAGES_ADDRESS + KN_PAGE_SIZE, fault);
	slot_release(fault); /* the thread keeps a copy */
	if (status == KN_OK)
		status = kn_sched_context_bind(parts[TIME], parts[TCB]);
	if (status == KN_OK)
		status = kn_tcb_set_priority(parts[TCB], PRIORITY);
	if (status == KN_OK)
		status = kn_tcb_start(
		    parts[TCB], entry, STACK_TOP - 16, 0, PAGES_ADDRESS, PAGES_ADDRESS + KN_PAGE_SIZE);
	return status == KN_OK ? kn_tcb_resume(parts[TCB]) : status;
}

bool guest_is_running(void)
{
	return is_running;
}

void guest_stop(void)
{
	is_running = false;
	if (parts[ACCOUNT] == KN_CAP_NONE)
		return;
	(void)!kn_tcb_suspend(parts[TCB], true);
	if (shared != nullptr)
		(void)!kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)shared, PAGE_COUNT);
	shared = nullptr;
	(void)!objsrv_account_destroy(start_need("objsrv"), account_id);
	for (unsigned i = 0; i < PART_COUNT; i++) {
		slot_delete(parts[i]);
		slot_free(parts[i]);
		parts[i] = KN_CAP_NONE;
	}
}

kn_status guest_start(const char *words, size_t length)
{
	uint64_t entry = 0;

	guest_stop();
	kn_status status = make_parts();

	if (status == KN_OK)
		status = load(&entry);
	if (status == KN_OK)
		status = fill_cspace();
	if (status == KN_OK) {
		fill_boot_page(words, length);
		status = start_thread(entry);
	}
	if (status != KN_OK)
		guest_stop();
	is_running = status == KN_OK;
	return status;
}

/* ---- what it says ---- */

/* The run is over without the program having said so. */
static kn_status bail_out(char *text, size_t capacity, size_t *length, const char *why, kn_word where)
{
	*length = format_text(text, capacity, "Bail out! %s (%lx)\n", why, where);
	if (*length >= capacity)
		*length = capacity - 1;
	return KN_OK;
}

/* One message of the guest. *is_over: it was the last. */
static kn_status take_message(char *text, size_t capacity, size_t *length, bool *is_over, bool *has_failed)
{
	struct kn_ipc_buffer *ipc = kn_ipc_buffer();
	struct kn_regs regs = {};

	ipc->recv_count = 0; /* it gives us nothing */
	kn_status status = kn_recv(parts[ENDPOINT], &regs, start_now() + SILENCE, parts[REPLY]);

	*is_over = *has_failed = true;
	if (status != KN_OK)
		return bail_out(text, capacity, length, "the test program hangs", 0);
	if (regs.badge == BADGE_FAULT)
		return bail_out(text, capacity, length, "the test program faulted at", regs.w[2]);
	if (regs.badge == BADGE_POWER) {
		*has_failed = regs.w[0] != 0;
		return KN_OK;
	}
	if (kn_info_label(regs.info) != KN_CONSOLE_WRITE)
		return bail_out(text, capacity, length, "the test program asks its console for", kn_info_label(regs.info));
	char bytes[sizeof(struct kn_console_data)];
	size_t size = regs.w[0] < sizeof(bytes) ? regs.w[0] : sizeof(bytes);

	memcpy(bytes, &regs.w[1], sizeof(regs.w) - sizeof(regs.w[0]));
	memcpy(bytes + sizeof(regs.w) - sizeof(regs.w[0]), &ipc->words[sizeof(regs.w) / sizeof(regs.w[0])],
	    sizeof(bytes) - sizeof(regs.w) + sizeof(regs.w[0]));
	memcpy(text, bytes, size);
	*length = size;
	*is_over = *has_failed = false;
	regs = (struct kn_regs){.info = kn_info(0, 0, 0)};
	return kn_reply(parts[REPLY], &regs);
}

kn_status guest_next(char *text, size_t capacity, size_t *length, bool *is_over, bool *has_failed)
{
	if (!is_running)
		return KN_E_NOT_FOUND;
	kn_status status = take_message(text, capacity, length, is_over, has_failed);

	if (status != KN_OK || *is_over)
		guest_stop();
	return status;
}
