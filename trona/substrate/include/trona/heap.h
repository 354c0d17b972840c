/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for servers: size classes in 4 KiB pages, page runs in 64 KiB chunks, a mapping of their own for what is larger.
 * Pages are populated when they are mapped, so that an exhausted budget is a null pointer here and not a
 * fault later. Single-threaded. A fresh chunk costs one system call, everything else none.
 */
#pragma once

#include <stddef.h>

/* Uninitialised memory, 16-byte aligned; null when there is none (also for size 0). */
[[nodiscard]] void *heap_alloc(size_t size);
/* Zeroed; null on overflow of count * size as well. */
[[nodiscard]] void *heap_calloc(size_t count, size_t size);
/* As realloc; the old block stays valid when null is returned. */
[[nodiscard]] void *heap_realloc(void *block, size_t size);
void heap_free(void *block);
/* Bytes handed out, for tests and leak checks. */
size_t heap_in_use(void);
/* Bytes of memory behind it. */
size_t heap_mapped(void);
/* Who is asked before the heap takes more pages: a server without a memory manager below it needs some for its stack. */
void heap_set_check(bool (*may_map)(size_t pages));
