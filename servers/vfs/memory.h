/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects, as contents and windows use them: a narrow door to mmsrv, objsrv and the kernel, so that host tests can
 * stand in for all three. Budgets that are exhausted are NO_SPACE here, since that is what the callers are told.
 */
#pragma once

#include <stddef.h>

#include "uapi/error.h"
#include "uapi/protocol/mmsrv.h"
#include "uapi/protocol/objsrv.h"
#include "uapi/types.h"

/* The boot archive, mapped read-only. Once, at start. */
[[nodiscard]] kn_status memory_adopt_archive(kn_cap archive, uint64_t size, const uint8_t **data);
/* A new anonymous object in a fresh slot; its pages are charged to user `uid`. */
[[nodiscard]] kn_status memory_create(uint32_t uid, uint64_t pages, kn_cap *object);
/* Maps all of it for reading and writing. */
[[nodiscard]] kn_status memory_map(kn_cap object, uint64_t pages, uint8_t **data);
void memory_unmap(uint8_t *data, uint64_t pages);
[[nodiscard]] kn_status memory_commit(kn_cap object, uint64_t first, uint64_t pages);
/* The heap leaves some frames, so that what it cannot have is null and never somebody's fault. */
void memory_guard_heap(void);
/* Frames for so many page tables of this server are free: what it touches next is no fault. */
[[nodiscard]] kn_status memory_reserve_tables(uint64_t tables);
void memory_decommit(kn_cap object, uint64_t first, uint64_t pages);
[[nodiscard]] kn_status memory_resize(kn_cap object, uint64_t pages);
/* A window of the archive that starts at `data` (which memory_adopt_archive gave), in a fresh slot. */
[[nodiscard]] kn_status memory_slice(const uint8_t *data, uint64_t pages, kn_cap *object);
/* A capability with READ and EXECUTE, in a fresh slot. */
[[nodiscard]] kn_status memory_executable(kn_cap object, kn_cap *image);
/* A capability for clients, in a fresh slot. */
[[nodiscard]] kn_status memory_for_client(kn_cap object, bool writable, kn_cap *copy);
/* How many regions show it. */
uint32_t memory_mappings(kn_cap object);
/* What names it in the regions of processes (vspace.region_info); 0: it cannot be told. */
uint64_t memory_id(kn_cap object);
void memory_release(kn_cap slot);
/* Pages: in the machine; what programs can still have; unused (with what is kept for kernel objects). */
struct memory_totals {
	uint64_t total, available, free;
};
struct memory_totals memory_totals(void);
/* What the servers below hold; all 0 from one that does not answer. */
void memory_usage(struct objsrv_object_usage *objects, struct mmsrv_memory_usage *memory);
