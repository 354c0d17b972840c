/* SPDX-License-Identifier: BSD-2-Clause */
/* Checking the kernel's invariants as a whole (debug.check). */
#pragma once

#include "kernite/types.h"

/* Panics on a broken invariant; returns how many things were looked at. The reaper has nothing to do. */
uint64_t kernel_check(void);
/* It takes interrupts between its steps; whoever else would change what it counts has to try again. */
extern bool kernel_is_checked;
