/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping procmgr's table, see process_table.h; apart from reading it, which host tests use. */
#include "client/procmgr.h"
#include "kn/memory_object.h"
#include "kn/vspace.h"
#include "trona/process_table.h"
#include "trona/slots.h"

kn_status process_table_open(kn_cap procmgr, kn_cap notification)
{
	struct kn_memory_object_info info;
	uint64_t count, address;
	kn_cap object;
	kn_status status = slot_alloc(&object);

	if (status != KN_OK)
		return status;
	status = procmgr_table(procmgr, notification, &count, object);
	if (status != KN_OK) {
		slot_free(object);
		return status;
	}
	status = kn_memory_object_info(object, &info);
	const uint64_t size = count * sizeof(struct procmgr_process_entry);
	const uint64_t table_pages = (size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE;
	if (status == KN_OK && info.pages <= table_pages)
		status = KN_E_RANGE;
	if (status == KN_OK)
		status = kn_vspace_map(KN_SLOT_VSPACE, object, 0, 0, info.pages, KN_VSPACE_PROT_READ,
		    KN_VSPACE_PROT_READ, KN_VSPACE_MAP_SHARED, &address);
	if (status == KN_OK) {
		process_table_set((const struct procmgr_process_entry *)address, count);
		process_usage_set((const struct procmgr_process_usage *)(address + table_pages * KN_PAGE_SIZE));
	}
	slot_release(object); /* the mapping stays */
	return status;
}
