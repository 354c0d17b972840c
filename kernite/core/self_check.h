/* SPDX-License-Identifier: BSD-2-Clause */
/* Checking the kernel's invariants as a whole (debug.check). */
#pragma once

#include "kernite/types.h"

/* Panics on a broken invariant; returns how many things were looked at. */
uint64_t kernel_check(void);
