/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that this server and its clients both map. Both capabilities stay the server's; clients get copies of `copy`. Whoever has a mapping keeps
 * the pages after destroy(), but sees no more changes.
 */
#pragma once

#include "memory.h"

struct shared_memory {
	kn_cap object, copy;
	uint8_t *data;
	uint64_t pages;
};

/* Charged to user `uid`. Nothing is committed yet: memory_commit() before this server touches it. */
[[nodiscard]] kn_status shared_memory_create(struct shared_memory *memory, uint32_t uid, uint64_t pages, bool is_writable);
void shared_memory_destroy(struct shared_memory *memory);
