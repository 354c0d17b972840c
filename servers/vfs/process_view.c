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
