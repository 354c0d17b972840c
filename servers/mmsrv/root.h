/* SPDX-License-Identifier: BSD-2-Clause */
/* The root pool: all frames that user memory is made of, and its refilling from objsrv. */
#pragma once

#include <stdint.h>

#include "uapi/types.h"

/* Badge under which the kernel asks for frames (FAULT_POOL). */
#define ROOT_BADGE 0x7ffffffffffffffeull

/* Make the root pool and the pool for shared memory; `endpoint` is our own, for FAULT_POOL. */
[[nodiscard]] kn_status root_init(kn_cap objsrv, kn_cap endpoint);
/* A child pool of `parent` with a limit in pages; object from `account`. */
[[nodiscard]] kn_status root_make_pool(kn_cap account, kn_cap parent, uint64_t limit, kn_cap *pool);
/* A pool for the memory objects of one user. It is there for ever. */
[[nodiscard]] kn_status root_make_user_pool(kn_cap *pool);
/* What such a pool's objects can still have. */
uint64_t root_objects_left(kn_cap pool);
/* Refill if fewer than the low-water mark of frames are free. Called between messages, so that kernel faults rarely have to ask. */
void root_keep_filled(void);
/* Make `pages` more frames available. NO_MEMORY: the machine has no more. */
[[nodiscard]] kn_status root_refill(uint64_t pages);
/* Make sure that `pages` frames are free. NO_MEMORY as above. */
[[nodiscard]] kn_status root_reserve(uint64_t pages);
/* Pages: the machine's total; what processes can still have; unused, with what servers and objsrv have for themselves. */
void root_numbers(uint64_t *total, uint64_t *available, uint64_t *free);

/* Chunks of memory from objsrv: how many, with how many bytes. */
void root_chunks(uint64_t *count, uint64_t *bytes);
/* Pages in use by everybody, and of them by memory objects of programs; what processes may use together. */
void root_usage(uint64_t *used, uint64_t *shared, uint64_t *processes_limit);

/* What all memory objects of programs may have together, in pages. */
uint64_t root_objects_limit(void);

/*
 * Who pays. Servers draw on the root itself, within the budgets of their manifests. Everything that programs can ask for draws on a pool
 * that leaves some of the machine to the servers, so that no program can starve them: processes, and memory objects, which may outlive the
 * client that asked for them. Each of the two leaves a part of it to the other.
 */
struct root_pools {
	kn_cap servers; /* the root */
	kn_cap processes, objects;
};

extern struct root_pools root_pools;
