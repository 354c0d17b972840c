/* SPDX-License-Identifier: BSD-2-Clause */
/* What others may see of a process, found out when somebody looks (procfs): nothing is counted while nobody does. */
#pragma once

#include "process.h"

/* Times, memory and busy threads of a live process, into its entry. A zombie's stay as they were when it ended. */
void observe_refresh(struct process *process);
/* Its regions at and above `address`, at most `capacity`; how many. */
size_t observe_regions(const struct process *process, uint64_t address, struct procmgr_process_region *regions,
    size_t capacity);
/* The process's open files from descriptor `first` on, at most `capacity`; how many. */
size_t observe_descriptors(struct process *process, uint32_t first, struct procmgr_process_descriptor *descriptors,
    size_t capacity);
/* The badge of its current directory, or 0. */
uint64_t observe_current(const struct process *process);
