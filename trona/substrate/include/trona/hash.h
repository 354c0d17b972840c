/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash table from 64-bit keys to pointers: open addressing, linear probing, no tombstones, O(1). The caller owns what the
 * pointers lead to; they are never null. Zero-initialised is empty; no memory is used before the first entry.
 */
#pragma once

#include "uapi/types.h"

struct hash_entry {
	uint64_t key;
	void *value;
};

struct hash {
	struct hash_entry *entries;
	size_t count;
	size_t mask; /* capacity - 1, 0 when there is no table */
};

/* Null if there is none. */
void *hash_find(const struct hash *hash, uint64_t key);
/* Adds or replaces. False (nothing changed) when there is no memory. */
[[nodiscard]] bool hash_insert(struct hash *hash, uint64_t key, void *value);
/* Tells what was there, or null. */
void *hash_remove(struct hash *hash, uint64_t key);
/* The next entry at or after *position in table order, or null at the end. No changes meanwhile. */
struct hash_entry *hash_next(const struct hash *hash, size_t *position);
void hash_destroy(struct hash *hash);
/* FNV-1a with a finisher, for keys that are bytes. */
uint64_t hash_bytes(const void *data, size_t size);
