/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting a parsed image (trona/elf.h) into an address space.
 *
 * Images are mapped, not read: text and constants straight from the memory object, data copy-on-write from it. Only the page in
 * which initialised data ends and .bss begins is made by hand (a mapping would show the object's bytes behind the data).
 */
#pragma once

#include "trona/elf.h"

/*
 * Maps the segments at their addresses plus `bias` into `vspace`. `object`: capability with READ, MAP and, for executable segments, EXECUTE; the
 * file begins at its page `first_page`. Nothing is undone on failure: the caller throws the address space away.
 */
[[nodiscard]] kn_status image_map(
    kn_cap vspace, kn_cap object, uint64_t first_page, const struct elf_image *image, uint64_t bias);
/*
 * How to make the page at `address` that begins with the first `size` bytes of the object's page `page` and is zero behind them. The usual way moves a
 * page of the caller's own (vspace.take), which needs both address spaces to draw on one root pool.
 */
typedef kn_status image_tail_fn(
    void *context, kn_cap vspace, kn_cap object, uint64_t page, size_t size, uint64_t address, uint32_t prot);
[[nodiscard]] kn_status image_map_with_tail(kn_cap vspace, kn_cap object, uint64_t first_page, const struct elf_image *image,
    uint64_t bias, image_tail_fn *tail, void *context);
/* Zero-filled private memory in [address, end), both page-aligned; nothing if empty. */
[[nodiscard]] kn_status image_map_zero(kn_cap vspace, uint64_t address, uint64_t end, uint32_t prot);
