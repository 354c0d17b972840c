/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making kernel mappings: used by the EFI loader (whose pointers are physical addresses) and by each
 * machine's mmu.c (whose pointers are PHYS_MAP_BASE + physical). Never unmaps, never changes a mapping.
 */
#pragma once

#include "arch_inline.h"

struct table_pool {
	uint64_t next, end; /* physical addresses of zeroed frames */
	uint64_t offset;    /* what turns a physical address into a pointer */
};

/*
 * Maps [address, address + size) to `physical` with the largest pages that fit; all page-aligned.
 * What is mapped already stays as it is. False: the pool ran out.
 */
bool kernel_map(struct table_pool *pool, uint64_t root, uint64_t address, uint64_t physical,
    uint64_t size, unsigned perms, unsigned memory_type, unsigned largest_level);
