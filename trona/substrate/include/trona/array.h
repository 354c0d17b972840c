/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growing an array on the heap: doubles, so that n appends cost O(n).
 *
 *	if (!array_reserve(&table->entries, &table->capacity, table->count + 1))
 *		return KN_E_NO_MEMORY;
 */
#pragma once

#include "trona/heap.h"

[[nodiscard]] bool array_reserve_bytes(void **items, size_t *capacity, size_t need, size_t item_size);

/* Room for at least `need` items; new ones are zeroed. False (and nothing changed) when there is no memory. `capacity` is a size_t. */
#define array_reserve(items, capacity, need) \
	array_reserve_bytes((void **)(items), (capacity), (need), sizeof(**(items)))
