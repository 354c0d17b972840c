/* SPDX-License-Identifier: BSD-2-Clause */
/* See process_view.h. procmgr never calls vfs, and answers these at once: it asks only the kernel. */
#include "process_view.h"

#include "client/procmgr.h"
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
