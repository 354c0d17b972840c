/* SPDX-License-Identifier: BSD-2-Clause */
/* See memory.h. Every capability made here lies in a slot of its own, which memory_release() gives back. */
#include "memory.h"

#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "kn/memory_object.h"
#include "kn/vspace.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/object/memory_object.h"
#include "uapi/object_type.h"

#define TABLES_AHEAD 1024
#define TABLES_MARGIN 64
#define HEAP_MARGIN 256
#define READ_WRITE (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE)

static kn_cap archive_object;
static const uint8_t *archive_data;

static kn_status no_space(kn_status status)
{
	return status == KN_E_NO_MEMORY || status == KN_E_QUOTA ? KN_E_NO_SPACE : status;
}

kn_status memory_adopt_archive(kn_cap archive, uint64_t size, const uint8_t **data)
{
	uint64_t address;
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, archive, 0, 0, (size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE,
	    KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ, KN_VSPACE_MAP_SHARED, &address);

	if (status != KN_OK)
		return status;
	archive_object = archive;
	archive_data = *data = (const uint8_t *)address;
	return KN_OK;
}

kn_status memory_create(uint32_t uid, uint64_t pages, kn_cap *object)
{
	kn_cap slot;
	kn_status status = slot_alloc(&slot);

	if (status != KN_OK)
		return no_space(status);
	status = mmsrv_object_create_for(start_cap("mmsrv"), uid, pages, slot);
	if (status != KN_OK) {
		slot_free(slot);
		return no_space(status);
	}
	*object = slot;
	return KN_OK;
}

kn_status memory_map(kn_cap object, uint64_t pages, uint8_t **data)
{
	uint64_t address;
	kn_status status = kn_vspace_map(
	    KN_SLOT_VSPACE, object, 0, 0, pages, READ_WRITE, READ_WRITE, KN_VSPACE_MAP_SHARED, &address);

	if (status == KN_OK)
		*data = (uint8_t *)address;
	return no_space(status);
}

void memory_unmap(uint8_t *data, uint64_t pages)
{
	/* Splitting a region can need memory; a whole one does not. */
	(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)data, pages);
}

kn_status memory_commit(kn_cap object, uint64_t first, uint64_t pages)
{
	kn_status status = kn_memory_object_commit(object, first, pages);

	/* The frames at hand were used up; the memory manager may have more. */
	if (status == KN_E_NO_MEMORY && mmsrv_reserve(start_cap("mmsrv"), pages + TABLES_AHEAD) == KN_OK)
		status = kn_memory_object_commit(object, first, pages);
	return no_space(status);
}

static bool may_map(size_t pages)
{
	return mmsrv_reserve(start_cap("mmsrv"), pages + HEAP_MARGIN) == KN_OK;
}

void memory_guard_heap(void)
{
	heap_set_check(may_map);
}

/* Each may need others above it; between now and the touch somebody else may take some. */
kn_status memory_reserve_tables(uint64_t tables)
{
	return no_space(mmsrv_reserve(start_cap("mmsrv"), 3 * tables + TABLES_MARGIN));
}

void memory_decommit(kn_cap object, uint64_t first, uint64_t pages)
{
	(void)kn_memory_object_decommit(object, first, pages);
}

kn_status memory_resize(kn_cap object, uint64_t pages)
{
	return no_space(kn_memory_object_resize(object, pages));
}

kn_status memory_slice(const uint8_t *data, uint64_t pages, kn_cap *object)
{
	uint64_t handle;
	kn_cap slot;
	kn_status status = slot_alloc(&slot);

	if (status != KN_OK)
		return no_space(status);
	status = objsrv_alloc(start_cap("objsrv"), KN_TYPE_MEMORY_OBJECT, 0, &handle, slot);
	if (status != KN_OK) {
		slot_free(slot);
		return no_space(status);
	}
	status = kn_memory_object_configure_slice(
	    slot, archive_object, (uint64_t)(data - archive_data) / KN_PAGE_SIZE, pages);
	if (status != KN_OK) {
		(void)objsrv_free(start_cap("objsrv"), handle);
		slot_release(slot);
		return no_space(status);
	}
	/* From now on it ends with its last capability. */
	(void)objsrv_release(start_cap("objsrv"), handle);
	*object = slot;
	return KN_OK;
}

kn_status memory_executable(kn_cap object, kn_cap *image)
{
	kn_cap slot;
	kn_status status = slot_alloc(&slot);

	if (status != KN_OK)
		return no_space(status);
	status = mmsrv_executable(start_cap("mmsrv"), object, slot);
	if (status != KN_OK) {
		slot_free(slot);
		return no_space(status);
	}
	*image = slot;
	return KN_OK;
}

kn_status memory_for_client(kn_cap object, bool writable, kn_cap *copy)
{
	kn_cap slot;
	kn_status status = slot_alloc(&slot);

	if (status != KN_OK)
		return no_space(status);
	status = slot_copy(slot, object,
	    KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_GRANT | (writable ? KN_RIGHT_WRITE : 0));
	if (status != KN_OK) {
		slot_free(slot);
		return no_space(status);
	}
	*copy = slot;
	return KN_OK;
}

uint32_t memory_mappings(kn_cap object)
{
	struct kn_memory_object_info info;

	return kn_memory_object_info(object, &info) == KN_OK ? info.mappings : 0;
}

uint64_t memory_id(kn_cap object)
{
	uint64_t address;
	struct kn_region_info info;

	/* The kernel tells it of regions only. */
	if (kn_vspace_map(KN_SLOT_VSPACE, object, 0, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ, KN_VSPACE_MAP_SHARED,
		&address) != KN_OK)
		return 0;
	kn_status status = kn_vspace_query(KN_SLOT_VSPACE, address, &info);

	(void)kn_vspace_unmap(KN_SLOT_VSPACE, address, 1);
	return status == KN_OK ? info.object_id : 0;
}

void memory_release(kn_cap slot)
{
	slot_release(slot);
}

struct memory_totals memory_totals(void)
{
	struct mmsrv_memory_info info = {};

	if (mmsrv_info(start_cap("mmsrv"), &info) != KN_OK)
		info = (struct mmsrv_memory_info){};
	return (struct memory_totals){.total = info.total, .available = info.available, .free = info.free};
}

void memory_usage(struct objsrv_object_usage *objects, struct mmsrv_memory_usage *memory)
{
	if (objsrv_usage(start_cap("objsrv"), objects) != KN_OK)
		*objects = (struct objsrv_object_usage){};
	if (mmsrv_usage(start_cap("mmsrv"), memory) != KN_OK)
		*memory = (struct mmsrv_memory_usage){};
}
