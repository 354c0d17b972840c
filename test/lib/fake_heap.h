/* SPDX-License-Identifier: BSD-2-Clause */
/* trona/heap.h over the host's malloc, with failures on demand for out-of-memory sweeps. */
#pragma once

#include <stddef.h>

/* The next `count` allocations succeed, all later ones fail; -1: none fails. */
extern long fake_heap_budget;
/* Blocks alive. */
extern long fake_heap_blocks;
