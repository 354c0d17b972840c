/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regions and page tables changed together: every operation here keeps "each non-empty entry lies
 * in a region" and the counters of the address space right, and is restartable through what it
 * leaves behind.
 */
#pragma once

#include "mm/page_table.h"

/*
 * Add a region like `like` (extent, protection, flags and object) where nothing is, merging it with
 * equal neighbours; one structure is reserved. `beside`: whose entries it will get, or null. Returns the region
 * that covers it now.
 */
struct region *mapping_add(struct vspace *space, const struct region *like, struct region *beside);
/* Join a region with its neighbours where nothing tells them apart; returns what covers it now. */
struct region *mapping_merge(struct vspace *space, struct region *region);
/*
 * Remove everything in [start, end). One reserved structure when the range lies inside a region.
 * KN_RESTART: the part done stays done.
 */
[[nodiscard]] kn_status mapping_remove(struct vspace *space, uint64_t start, uint64_t end);
/* Give [*start, end), mapped without holes, the protection `prot`; three reserved structures. KN_RESTART: it has it up to
 * *start. */
[[nodiscard]] kn_status mapping_protect(struct vspace *space, uint64_t *start, uint64_t end, unsigned prot);
/* Clear the entries in [start, end), regions stay. */
[[nodiscard]] kn_status mapping_clear(struct vspace *space, uint64_t start, uint64_t end);
/* Clear all entries of the region that show pages [first, end) of its object; invalidates and waits. */
void mapping_drop_object(struct region *region, uint64_t first, uint64_t end);
/* A gap of `pages` pages, at `hint` if that is free (0: anywhere); 0: there is none. */
uint64_t mapping_find_gap(struct vspace *space, uint64_t hint, uint64_t pages);
