/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel objects behind a process: made together, destroyed together. Nothing here knows POSIX.
 */
#pragma once

#include "process.h"

/* Capabilities that every process gets, and where our own are; filled by main.c from the start block. */
struct process_services {
	kn_cap objsrv, mmsrv, vfs, namesrv, tty, clock_page, random; /* 0: not there, left out */
};

extern struct process_services services;

/* A root slot, empty between uses, through which the slots of another CNode can be addressed. */
extern kn_cap objects_window;

/* What all processes together may have, in pages, as mmsrv says at start: no process can have more. */
extern uint64_t process_memory_limit;

/*
 * Make everything of `process` except the address space's content: account, CSpace with the server capabilities, thread 0, process pages.
 * On failure nothing is left. The thread is not running.
 */
kn_status objects_create(struct process *process, uint64_t memory_limit);
/* Destroy all of it (threads first). Harmless on a process without objects. */
void objects_destroy(struct process *process);
/* Map the process pages into address space `vspace` at process->pages_address. */
kn_status objects_map_pages(struct process *process, kn_cap vspace);
/* process->further_descriptors, if there is memory. */
void objects_map_further(struct process *process);
/* A notification of the process's account, in a fresh slot of ours. */
kn_status objects_notification(struct process *process, kn_cap *slot);
/* Put a CNode of 256 slots in root slot `slot` of the process. */
kn_status objects_expand(struct process *process, uint32_t slot);
/* A new object from the process's account, in a fresh slot of ours; its handle if asked. */
[[nodiscard]] kn_status objects_make(struct process *process, uint8_t type, uint8_t size_bits, kn_cap *slot, uint64_t *handle);
/* Lets go of what is in the slot, if there is one. */
/*
 * Maps pages of a process's object for us. They are committed first, which says when it cannot be: MAP_POPULATE says nothing, and a page that is
 * missing when we touch it would be our own fault.
 */
[[nodiscard]] kn_status objects_show(kn_cap object, uint64_t first, uint64_t pages, uint32_t prot, uint64_t *address);
void objects_drop(kn_cap *slot);
