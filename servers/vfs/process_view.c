/* SPDX-License-Identifier: BSD-2-Clause */
/* See process_view.h. procmgr never calls vfs, and answers these at once: it asks only the kernel. */
#include "process_view.h"

#include "client/procmgr.h"
#include "trona/slots.h"
#include "trona/start.h"

void process_view_refresh(uint32_t pid)
{
	/* A refusal leaves the older numbers. */
	(void)procmgr_refresh(start_cap("procmgr"), pid);
}

size_t process_view_regions(uint32_t pid, uint64_t address, struct procmgr_process_region *regions, size_t capacity)
{
	size_t length = 0;

	if (procmgr_regions(start_cap("procmgr"), pid, address, regions, capacity * sizeof *regions, &length) != KN_OK)
		return 0;
	return length / sizeof *regions;
}

size_t process_view_descriptors(uint32_t pid, uint32_t first, struct procmgr_process_descriptor *descriptors, size_t capacity)
{
	uint64_t current;
	size_t length = 0;

	if (procmgr_descriptors(start_cap("procmgr"), pid, first, descriptors, capacity * sizeof *descriptors, &length, &current) !=
	    KN_OK)
		return 0;
	return length / sizeof *descriptors;
}

uint64_t process_view_current(uint32_t pid)
{
	struct procmgr_process_descriptor none;
	uint64_t current = 0;
	size_t length;

	if (procmgr_descriptors(start_cap("procmgr"), pid, ~0u, &none, 0, &length, &current) != KN_OK)
		return 0;
	return current;
}

/* Asked for when it is first needed: most systems never do, and who listens is woken at every end of a process. */
kn_status process_view_tell_ends(void)
{
	static bool is_told;
	uint64_t entries;
	kn_cap copies;

	if (is_told)
		return KN_OK;
	kn_status status = slots_alloc(2, &copies);
	if (status != KN_OK)
		return status;
	status = slot_copy(copies, start_need("notification"), KN_RIGHT_SEND | KN_RIGHT_GRANT);
	if (status == KN_OK)
		status = procmgr_table(start_need("procmgr"), copies, &entries, copies + 1);
	is_told = status == KN_OK;
	slot_release(copies);
	slot_release(copies + 1);
	return status;
}
