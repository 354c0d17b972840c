/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings, with the process's own address-space capability: anonymous memory needs no server,
 * files give their memory object once.
 */

#include "posix.h"

#include "client/file.h"
#include "client/mmsrv.h"
#include "client/procmgr.h"
#include "kn/vspace.h"

#define TRIES_MAX 8 /* what came others may have taken */

/*
 * The kernel makes the books of a mapping from memory that is there, and asks nobody for more as it does for a page: we do, once for each
 * refusal. True: try again.
 */
static bool is_worth_another(kn_status status, unsigned *tries)
{
	return status == KN_E_NO_MEMORY && (*tries)++ < TRIES_MAX && PERSIST(procmgr_memory_refused(SLOT(PROCMGR))) == KN_OK;
}

static int object_of(int fd, bool executable, uint64_t *size, kn_cap *out)
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	kn_cap slot = slot_take();
	if (slot == KN_CAP_NONE) {
		file_drop(file);
		return -ENOMEM;
	}
	kn_status status = PERSIST(file_map(file->slot, executable, size, slot));
	file_drop(file);
	if (status != KN_OK) {
		slot_give(slot);
		return status == KN_E_NO_DEVICE ? -ENODEV : to_errno(status);
	}
	*out = slot;
	return 0;
}

static int shared_object(uint64_t pages, kn_cap *out)
{
	kn_cap slot = slot_take();

	if (slot == KN_CAP_NONE)
		return -ENOMEM;
	unsigned tries = 0;
	kn_status status;

	do
		status = PERSIST(mmsrv_object_create(SLOT(MMSRV), pages, slot));
	while (is_worth_another(status, &tries));
	if (status != KN_OK) {
		slot_give(slot);
		return to_errno(status);
	}
	*out = slot;
	return 0;
}

/*
 * Memory is paid for when it is touched, so asking for much is free, and a fork needs nothing at first. But one request for more than this
 * process can ever have is a mistake, and its answer is ENOMEM now, not SIGKILL later (Linux's heuristic overcommit).
 */
bool memory_is_too_much(uint64_t pages)
{
	return pages > process.page->memory_most;
}

void *sys_map(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	/* PROT_* of sys/mman.h are the kernel's bits. */
	uint32_t prot = (uint32_t)protection & 7, max_prot, map_flags;
	uint64_t mapped, pages = (size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE, file_size;
	kn_cap object = KN_CAP_NONE;
	int error = 0;
	bool is_shared = (flags & 3) == 1, is_anonymous = flags & 0x20;

	if (!is_shared && prot & KN_VSPACE_PROT_WRITE && !(flags & 0x4000) && memory_is_too_much(pages))
		return (void *)(long)-ENOMEM;
	map_flags = is_shared ? KN_VSPACE_MAP_SHARED : KN_VSPACE_MAP_PRIVATE;
	if (flags & 0x10)
		map_flags |= KN_VSPACE_MAP_FIXED;
	if (flags & 0x100000)
		map_flags |= KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE;
	if (flags & 0x8000)
		map_flags |= KN_VSPACE_MAP_POPULATE;
	max_prot = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	if (!is_anonymous) {
		error = object_of(fd, prot & KN_VSPACE_PROT_EXECUTE, &file_size, &object);
		if (prot & KN_VSPACE_PROT_EXECUTE)
			max_prot = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_EXECUTE;
	} else if (is_shared) {
		error = shared_object(pages, &object);
		offset = 0;
	} else {
		offset = 0;
	}
	if (error)
		return (void *)(long)error;
	unsigned tries = 0;
	kn_status status;

	do
		status = kn_vspace_map(KN_SLOT_VSPACE, object, (uint64_t)offset / KN_PAGE_SIZE, (uint64_t)address, pages, prot, max_prot,
		    map_flags, &mapped);
	while (is_worth_another(status, &tries));
	/* A file opened for reading only can be shared, but never written. */
	if (status == KN_E_RIGHTS && !(prot & KN_VSPACE_PROT_WRITE))
		status = kn_vspace_map(KN_SLOT_VSPACE, object, (uint64_t)offset / KN_PAGE_SIZE, (uint64_t)address, pages, prot, prot,
		    map_flags, &mapped);
	if (status == KN_OK && (map_flags & KN_VSPACE_MAP_FIXED))
		mapping_forget(mapped, pages);
	if (object && status == KN_OK && !mapping_keep(mapped, pages, object)) {
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, mapped, pages);
		status = KN_E_NO_MEMORY;
	}
	if (object && status != KN_OK)
		slot_delete(object);
	if (status == KN_E_OVERLAP)
		return (void *)(long)-EEXIST;
	if (status == KN_E_RIGHTS)
		return (void *)(long)-EACCES;
	if (status == KN_E_BAD_ADDRESS)
		return (void *)(long)-ENOMEM;
	return status == KN_OK ? (void *)mapped : (void *)(long)to_errno(status);
}

int sys_unmap(void *address, size_t size)
{
	const uint64_t pages = (size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE;
	unsigned tries = 0;
	kn_status status;

	do /* the rest of a mapping that is cut in two */
		status = kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)address, pages);
	while (is_worth_another(status, &tries));
	if (status == KN_OK)
		mapping_forget((uint64_t)address, pages);
	return status == KN_E_BAD_ADDRESS ? -EINVAL : to_errno(status);
}

int sys_protect(void *address, size_t size, int protection)
{
	const uint64_t pages = (size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE;

	if (protection & KN_VSPACE_PROT_WRITE && memory_is_too_much(pages))
		return -ENOMEM;
	unsigned tries = 0;
	kn_status status;

	do
		status = kn_vspace_protect(KN_SLOT_VSPACE, (uint64_t)address, pages, (uint32_t)protection & 7);
	while (is_worth_another(status, &tries));
	return status == KN_E_BAD_ADDRESS ? -ENOMEM : to_errno(status);
}

int sys_discard(void *address, size_t size)
{
	return to_errno(kn_vspace_discard(KN_SLOT_VSPACE, (uint64_t)address, size / KN_PAGE_SIZE));
}
