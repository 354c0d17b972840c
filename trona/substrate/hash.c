/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trona/hash.h. At most 3/4 full; removal shifts the entries behind the gap back, so that a probe may stop at the
 * first empty entry and the table never fills up with tombstones.
 */
#include "trona/hash.h"

#include "trona/heap.h"

#define SMALLEST 16

static uint64_t mix(uint64_t key)
{
	key ^= key >> 32;
	key *= 0x9e3779b97f4a7c15ull;
	return key ^ key >> 29;
}

static size_t find(const struct hash *hash, uint64_t key)
{
	size_t i = mix(key) & hash->mask;

	while (hash->entries[i].value != nullptr && hash->entries[i].key != key)
		i = (i + 1) & hash->mask;
	return i;
}

void *hash_find(const struct hash *hash, uint64_t key)
{
	return hash->entries == nullptr ? nullptr : hash->entries[find(hash, key)].value;
}

static bool grow(struct hash *hash)
{
	size_t capacity = hash->entries == nullptr ? SMALLEST : (hash->mask + 1) * 2;
	struct hash larger = {.entries = heap_calloc(capacity, sizeof(struct hash_entry)), .mask = capacity - 1};

	if (larger.entries == nullptr)
		return false;
	for (size_t i = 0; hash->entries != nullptr && i <= hash->mask; i++) {
		if (hash->entries[i].value != nullptr)
			larger.entries[find(&larger, hash->entries[i].key)] = hash->entries[i];
	}
	heap_free(hash->entries);
	hash->entries = larger.entries;
	hash->mask = larger.mask;
	return true;
}

bool hash_insert(struct hash *hash, uint64_t key, void *value)
{
	if (hash->entries != nullptr) {
		struct hash_entry *entry = &hash->entries[find(hash, key)];

		if (entry->value != nullptr) {
			entry->value = value;
			return true;
		}
	}
	if ((hash->entries == nullptr || hash->count + 1 > (hash->mask + 1) / 4 * 3) && !grow(hash))
		return false;
	hash->entries[find(hash, key)] = (struct hash_entry){key, value};
	hash->count++;
	return true;
}

void *hash_remove(struct hash *hash, uint64_t key)
{
	if (hash->entries == nullptr)
		return nullptr;
	size_t gap = find(hash, key);
	void *value = hash->entries[gap].value;

	if (value == nullptr)
		return nullptr;
	hash->count--;
	hash->entries[gap] = (struct hash_entry){};
	for (size_t i = (gap + 1) & hash->mask; hash->entries[i].value != nullptr; i = (i + 1) & hash->mask) {
		size_t home = mix(hash->entries[i].key) & hash->mask;

		/* It may fill the gap unless its home lies cyclically behind the gap. */
		if (((i - home) & hash->mask) < ((i - gap) & hash->mask))
			continue;
		hash->entries[gap] = hash->entries[i];
		hash->entries[i] = (struct hash_entry){};
		gap = i;
	}
	return value;
}

struct hash_entry *hash_next(const struct hash *hash, size_t *position)
{
	while (hash->entries != nullptr && *position <= hash->mask) {
		struct hash_entry *entry = &hash->entries[(*position)++];

		if (entry->value != nullptr)
			return entry;
	}
	return nullptr;
}

void hash_destroy(struct hash *hash)
{
	heap_free(hash->entries);
	*hash = (struct hash){};
}

uint64_t hash_bytes(const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t value = 0xcbf29ce484222325ull;

	for (; size > 0; at++, size--)
		value = (value ^ *at) * 0x100000001b3ull;
	return mix(value);
}
