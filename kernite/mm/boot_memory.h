/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory while the kernel starts: takes the regions of boot_info, builds the frame table,
 * serves allocations that live for ever, and finally cuts what is left into untyped ranges.
 */
#pragma once

#include "boot_info.h"
#include "kernite/types.h"

struct kn_boot_untyped;

/* First thing in kernel_main(): needs the physical map, nothing else. */
void boot_memory_init(const struct boot_info *info);

/* Zeroed memory for ever, aligned to `alignment` (a power of two). Panics when there is none. */
void *boot_alloc(size_t size, size_t alignment);

/* All RAM that the firmware reported, in bytes. */
extern uint64_t boot_memory_total;

/*
 * Cut all remaining RAM and everything that is not RAM into power-of-two ranges, largest RAM
 * first; no boot_alloc() afterwards. Returns how many entries of `list` were filled. RAM frames
 * become UNTYPED.
 */
size_t boot_memory_untypeds(struct kn_boot_untyped *list, size_t max);

/* The span of the firmware's tables (ACPI), page-aligned; false: there are none. */
bool boot_memory_firmware_tables(uint64_t *base, uint64_t *pages);
