/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a process. */
#pragma once

#include "process.h"

/* Signalled when a process, session or group ends (procmgr.table). */
#define PROCESS_LISTENERS 8
extern kn_cap process_listeners[PROCESS_LISTENERS];

/*
 * End a live process: its threads stop, its objects are destroyed (so its descriptors close), its children become orphans, its
 * parent is told. Afterwards it is a zombie, or gone. kind: EXITED or KILLED, value: status or signal.
 */
void process_end(struct process *process, uint32_t kind, uint32_t value);
/* CPU time of all that have ended, ns. */
extern uint64_t process_ended_time;
/* Time of its live threads plus that of those that are gone, ns. */
uint64_t process_time(struct process *process);
