/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server's memory: an address space with its image mapped from the archive, a stack, and one small object with the start page, the IPC
 * buffer and the pages in which data ends.
 *
 * objsrv and mmsrv cannot come from themselves. objsrv is made of memory that init kept; mmsrv of objsrv's objects. Both have a
 * root pool of their own, so that neither ever waits for frames from itself.
 */
#include "launch.h"

#include "boot.h"
#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "kn/memory_object.h"
#include "kn/pool.h"
#include "kn/vspace.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define OBJSRV_POOL_BITS 22
#define MMSRV_POOL_BITS 21

static const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
static const uint32_t fixed = KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE;

/* An address space with a root pool of its own, of 2^bits bytes. */
static kn_status make_own_space(struct unit *unit, unsigned bits)
{
	kn_cap objsrv, frames;
	uint64_t handle;
	kn_status status;

	if (unit->account == KN_CAP_NONE) {
		status = boot_take_memory(bits, &frames);
	} else {
		status = slot_alloc(&frames);
		if (status == KN_OK)
			status = launch_client("objsrv", &objsrv);
		if (status == KN_OK)
			status = objsrv_untyped(objsrv, (uint8_t)bits, &handle, frames);
	}
	if (status == KN_OK)
		status = launch_make(unit, KN_TYPE_POOL, 0, &unit->pool);
	if (status == KN_OK)
		status = kn_pool_refill(unit->pool, frames);
	if (status == KN_OK)
		status = launch_make(unit, KN_TYPE_VSPACE, 0, &unit->vspace);
	if (status == KN_OK)
		status = kn_vspace_configure(unit->vspace, unit->pool, boot_place(layout_map));
	return status;
}

static uint32_t memory_roles(const struct unit *unit)
{
	kn_cap endpoint;
	uint32_t roles = 0;

	for (unsigned i = 0; i < unit->manifest.needs.count; i++) {
		const char *need = unit->manifest.needs.items[i];
		const struct unit *provider = strncmp(need, "mmsrv", 5) == 0 ? unit_provider(need, &endpoint) : nullptr;

		if (provider != nullptr && !unit_roles(provider, need, &roles))
			log_line("%s: no such role: %s", unit->manifest.name, need);
	}
	return roles;
}

kn_status launch_make_memory(struct unit *unit)
{
	kn_cap mmsrv, pair;
	kn_status status;

	if (unit_is(unit, "objsrv") || unit_is(unit, "mmsrv")) {
		status = make_own_space(unit, unit_is(unit, "objsrv") ? OBJSRV_POOL_BITS : MMSRV_POOL_BITS);
		if (status == KN_OK)
			status = launch_make(unit, KN_TYPE_MEMORY_OBJECT, 0, &unit->pages);
		return status == KN_OK ? kn_memory_object_configure_anonymous(unit->pages, unit->pool, LAUNCH_PAGES) : status;
	}
	status = launch_client("mmsrv", &mmsrv);
	if (status == KN_OK)
		status = slots_alloc(2, &pair);
	if (status != KN_OK)
		return status;
	status = mmsrv_space_create(mmsrv, unit->manifest.memory, boot_place(layout_map), memory_roles(unit), &unit->memory_id, pair);
	if (status != KN_OK) {
		slots_free(pair, 2);
		return status;
	}
	unit->vspace = pair;
	unit->memory = pair + 1;
	status = slot_alloc(&unit->pages);
	if (status != KN_OK)
		return status;
	status = mmsrv_object_create(mmsrv, LAUNCH_PAGES, unit->pages);
	if (status != KN_OK) {
		slot_free(unit->pages);
		unit->pages = KN_CAP_NONE;
	}
	return status;
}

/*
 * The page in which data ends: one of the unit's own object, for init's memory comes from another pool than the unit's and cannot
 * be moved there.
 */
static kn_status make_tail(
    void *context, kn_cap vspace, kn_cap object, uint64_t page, size_t size, uint64_t address, uint32_t prot)
{
	struct launch *launch = context;
	uint64_t from, mapped;

	if (launch->tails == LAUNCH_TAILS_MAX)
		return KN_E_BAD_IMAGE;
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, object, page, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
	    KN_VSPACE_MAP_SHARED, &from);

	if (status != KN_OK)
		return status;
	unsigned tail = 2 + launch->tails++;

	memcpy((char *)launch->start + tail * KN_PAGE_SIZE, (const void *)from, size);
	(void)!kn_vspace_unmap(KN_SLOT_VSPACE, from, 1);
	return kn_vspace_map(vspace, launch->unit->pages, tail, address, 1, prot, rw, fixed, &mapped);
}

kn_status launch_map_image(struct launch *launch, struct elf_image *image)
{
	struct unit *unit = launch->unit;
	struct cpio_entry file;
	kn_status status = boot_file(unit->manifest.binary, &file);

	if (status == KN_OK)
		status = elf_parse(boot_bytes(file.offset), file.size, file.size, image);
	if (status != KN_OK) {
		if (!unit->manifest.is_optional || status != KN_E_NOT_FOUND)
			log_line("%s: %s: %s", unit->manifest.name, unit->manifest.binary, kn_status_text(status));
		return status;
	}
	launch->bias = image->is_pie ? boot_place(layout_image) : 0;
	return image_map_with_tail(
	    unit->vspace, boot_images(), file.offset / KN_PAGE_SIZE, image, launch->bias, make_tail, launch);
}

kn_status launch_map_rest(struct launch *launch)
{
	struct unit *unit = launch->unit;
	struct server_start *start = launch->start;
	const uint64_t top = boot_place(layout_stack), clock = launch->pages + 2 * KN_PAGE_SIZE;
	uint64_t mapped;
	uint64_t size = unit->manifest.stack * KN_PAGE_SIZE;
	kn_status status = kn_vspace_map(unit->vspace, unit->pages, 0, launch->pages, 2, rw, rw, fixed, &mapped);

	if (status == KN_OK)
		status = image_map_zero(unit->vspace, top - size, top, rw);
	if (status == KN_OK)
		status = kn_vspace_map(unit->vspace, KN_BOOT_SLOT_CLOCK_PAGE, 0, clock, 1, KN_VSPACE_PROT_READ,
		    KN_VSPACE_PROT_READ, fixed, &mapped);
	start->stack_top = top;
	start->stack_size = size;
	start->clock_page = clock;
	return status;
}
