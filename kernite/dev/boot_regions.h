/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the memory map of a boot_info: sorted, never overlapping, the last word wins. Front ends
 * announce RAM first and everything that must not be RAM after it.
 */
#pragma once

#include "boot_info.h"

/*
 * Say what [base, base + size) is, replacing what was said before. RAM is rounded inwards to pages,
 * everything else outwards; kind 0 removes. Returns false, with the map unchanged, when the table
 * is full; the caller must not go on if that was a reservation.
 */
[[nodiscard]] bool boot_region_set(struct boot_info *info, uint64_t base, uint64_t size, enum boot_region_kind kind);

/*
 * Take `size` bytes (whole pages) from the top of the highest RAM region that has them below
 * `limit` and above 1 MiB; they become IN_USE. Returns the physical address, 0 when there is no
 * room.
 */
uint64_t boot_region_take(struct boot_info *info, uint64_t size, uint64_t limit);

/* What the byte at `address` is; 0 for a hole. */
enum boot_region_kind boot_region_kind_at(const struct boot_info *info, uint64_t address);
