/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * posix.h. A first process gets its image straight from the archive and a startup block (servers/README.md) in a memory object that ends at
 * STACK_TOP: argc, argv, envp, auxv, then the texts. It has no descriptors: getty opens the console.
 */
#include "posix.h"

#include "boot.h"
#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "client/procmgr.h"
#include "events.h"
#include "kn/exec_authority.h"
#include "kn/memory_object.h"
#include "kn/vspace.h"
#include "grant.h"
#include "launch.h"
#include "trona/process_table.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define STACK_PAGES 2048
#define BLOCK_PAGES 2
#define BLOCK_SIZE (BLOCK_PAGES * KN_PAGE_SIZE)
#define AT_PAGE_SIZE 6

/* Words grow up from the start of the block, texts follow them. */
struct block {
	uint64_t *words;
	unsigned count;
	char *text;
	char *end;
	uint64_t address; /* where the process will see it */
};

static bool put_text(struct block *block, const char *text)
{
	size_t size = strlen(text) + 1;

	if (size > (size_t)(block->end - block->text))
		return false;
	memcpy(block->text, text, size);
	block->words[block->count++] = block->address + (uint64_t)(block->text - (char *)block->words);
	block->text += size;
	return true;
}

static bool put_list(struct block *block, const struct texts *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (!put_text(block, list->items[i]))
			return false;
	}
	block->words[block->count++] = 0;
	return true;
}

static bool fill_block(char *memory, uint64_t address, const struct manifest *manifest)
{
	struct texts arguments = manifest->arguments;
	unsigned words;

	if (arguments.count == 0) {
		arguments.count = 1;
		arguments.items[0] = manifest->binary;
	}
	words = 1 + arguments.count + 1 + manifest->environment.count + 1 + 4;
	struct block block = {.words = (uint64_t *)memory, .text = memory + words * 8, .end = memory + BLOCK_SIZE,
	    .address = address};

	block.words[block.count++] = arguments.count;
	if (!put_list(&block, &arguments) || !put_list(&block, &manifest->environment))
		return false;
	block.words[block.count++] = AT_PAGE_SIZE;
	block.words[block.count++] = KN_PAGE_SIZE;
	return true;
}

static kn_status make_block(const struct manifest *manifest, uint64_t block, kn_cap mmsrv, kn_cap object)
{
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t address;
	kn_status status = mmsrv_object_create(mmsrv, BLOCK_PAGES, object);

	if (status == KN_OK)
		status =
		    kn_vspace_map(KN_SLOT_VSPACE, object, 0, 0, BLOCK_PAGES, rw, rw, KN_VSPACE_MAP_SHARED, &address);
	if (status != KN_OK)
		return status;
	if (!fill_block((char *)address, block, manifest))
		status = KN_E_TOO_LARGE;
	(void)!kn_vspace_unmap(KN_SLOT_VSPACE, address, BLOCK_PAGES);
	return status;
}

/* slots[0]: the file's pages, slots[1]: the same with EXECUTE. */
static kn_status make_image(const struct manifest *manifest, kn_cap objsrv, const kn_cap *slots)
{
	struct cpio_entry file;
	uint64_t handle;
	kn_status status = boot_file(manifest->binary, &file);

	if (status == KN_OK)
		status = objsrv_alloc(objsrv, KN_TYPE_MEMORY_OBJECT, 0, &handle, slots[0]);
	if (status != KN_OK)
		return status;
	/* It lives as long as the process maps it. */
	(void)!objsrv_release(objsrv, handle);
	status = kn_memory_object_configure_slice(slots[0], KN_BOOT_SLOT_ARCHIVE, file.offset / KN_PAGE_SIZE,
	    (file.size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE);
	if (status == KN_OK)
		status = kn_exec_authority_grant(
		    KN_BOOT_SLOT_EXEC_AUTHORITY, slots[0], KN_SLOT_CSPACE, (uint32_t)slots[1]);
	return status;
}

/* With GRANT, which passing it on takes. */
static kn_status copy_grant(const char *grant, kn_cap *copy)
{
	uint32_t rights;
	kn_cap source;
	kn_status status = grant_plain(grant, &source, &rights);

	if (status == KN_OK)
		status = slot_alloc(copy);
	if (status != KN_OK)
		return status;
	status = slot_copy(*copy, source, rights | KN_RIGHT_GRANT);
	if (status != KN_OK) {
		slot_free(*copy);
		*copy = KN_CAP_NONE;
	}
	return status;
}

/* Hear of processes that end. */
static kn_status watch(kn_cap procmgr)
{
	static bool is_watching;
	kn_cap notification = events_notification();

	if (is_watching)
		return KN_OK;
	if (notification == KN_CAP_NONE)
		return KN_E_NO_MEMORY;
	kn_status status = process_table_open(procmgr, notification);

	is_watching = status == KN_OK;
	return status;
}

bool posix_is_running(const struct unit *unit)
{
	struct procmgr_process_entry entry;
	uint64_t index;

	/* Its end is told before its entry is free. */
	return process_find(unit->pid, &index) && process_read(index, &entry) && entry.pid == unit->pid &&
	    entry.state != PROCMGR_PROCESS_STATE_ZOMBIE;
}

static void release_image(struct unit *unit)
{
	for (unsigned i = 0; i < 3; i++) {
		slot_release(unit->image[i]);
		unit->image[i] = KN_CAP_NONE;
	}
}

kn_status posix_start(struct unit *unit)
{
	const struct manifest *manifest = &unit->manifest;
	const uint64_t top = boot_place(layout_stack), block = top - BLOCK_SIZE;
	struct procmgr_image_args image = {
	    .block = block,
	    .block_pages = BLOCK_PAGES,
	    .stack_top = top,
	    .stack_pages = STACK_PAGES,
	    .sp = block,
	};
	kn_cap objsrv, mmsrv, procmgr, *slots = unit->image, first = KN_CAP_NONE;
	kn_status status = launch_client("objsrv", &objsrv);

	/* Those of the session before. */
	release_image(unit);
	memcpy(image.name, manifest->name, sizeof(image.name));
	if (status == KN_OK)
		status = launch_client("mmsrv", &mmsrv);
	if (status == KN_OK)
		status = launch_client("procmgr", &procmgr);
	if (status == KN_OK)
		status = watch(procmgr);
	for (unsigned i = 0; i < 3 && status == KN_OK; i++)
		status = slot_alloc(&slots[i]);
	if (status == KN_OK)
		status = make_image(manifest, objsrv, slots);
	if (status == KN_OK)
		status = make_block(manifest, block, mmsrv, slots[2]);
	if (status == KN_OK && manifest->grants.count == 1)
		status = copy_grant(manifest->grants.items[0], &first);
	if (status == KN_OK)
		status = procmgr_start(procmgr, &image, (uint32_t)manifest->user, (uint32_t)manifest->group, slots[1],
		    slots[2], first, &unit->pid);
	slot_release(first);
	/* A memory object without capabilities is gone, mapped or not (kernel/memory_object.idl): they stay as long as the process. */
	if (status != KN_OK)
		release_image(unit);
	return status;
}
