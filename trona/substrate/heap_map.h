/* SPDX-License-Identifier: BSD-2-Clause */
/* Where heap.c gets whole chunks from: the address space (heap_map.c), or a test's fake. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HEAP_CHUNK 65536

/* Populated zeroed memory, aligned to HEAP_CHUNK; size is a multiple of the page size. Null when there is none. */
void *heap_map(size_t size);
void heap_unmap(void *memory, size_t size);
/* Moves the first mapping by a random number of chunks; before anything is allocated. */
void heap_randomise(uint64_t random);
/* Who is asked for frames when the kernel has none at hand; true: try again. */
void heap_set_more(bool (*get_more)(size_t pages));
