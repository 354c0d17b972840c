/* SPDX-License-Identifier: BSD-2-Clause */
/* What procmgr tells of processes beyond its table: a narrow door for procfs, so that host tests can stand in for procmgr. */
#pragma once

#include <stddef.h>

#include "uapi/error.h"
#include "uapi/protocol/procmgr.h"
#include "uapi/types.h"

/* Brings the table up to date; pid 0: for all. A process that is gone is found gone afterwards. */
void process_view_refresh(uint32_t pid);
/* Regions at and above `address`, as procmgr.regions; how many, 0 also when the process is gone. */
size_t process_view_regions(uint32_t pid, uint64_t address, struct procmgr_process_region *regions, size_t capacity);
/* Descriptors from `first` on, as procmgr.descriptors; how many, 0 also when the process is gone. */
size_t process_view_descriptors(uint32_t pid, uint32_t first, struct procmgr_process_descriptor *descriptors, size_t capacity);
/* The badge of its current directory; 0: the root, or it is gone. */
uint64_t process_view_current(uint32_t pid);
/* From now on procmgr signals our notification whenever a process has ended. */
[[nodiscard]] kn_status process_view_tell_ends(void);
