/* SPDX-License-Identifier: BSD-2-Clause */
/* The frequent IPC cases, straight-line. */
#pragma once

#include "core/cpu.h"
#include "object/tcb.h"

extern bool fastpath_is_on;

/* true: the system call is done and cpu->current is who runs next; false: nothing was changed. */
bool fastpath(struct cpu *cpu, struct tcb *thread, uint64_t number);
