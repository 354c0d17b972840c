/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See directory.h. The table has chains and doubles when it is full, all at once: one pass over
 * pointers. A directory's array is squeezed when more than half of it is empty.
 */
#include "directory.h"

#include "account.h"
#include "trona/heap.h"
#include "trona/string.h"

#define BUCKETS_FIRST 1024
#define ENTRIES_FIRST 4

static struct dentry **buckets;
static size_t bucket_count, dentry_count;

static uint32_t hash_name(const struct inode *directory, const char *name, size_t length)
{
	uint64_t hash = (uint64_t)(uintptr_t)directory * 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)name[i]) * 0x100000001b3u;
	return (uint32_t)(hash >> 32 ^ hash);
}

struct dentry *directory_find(const struct inode *directory, const char *name, size_t length)
{
	if (bucket_count == 0)
		return nullptr;
	uint32_t hash = hash_name(directory, name, length);

	for (struct dentry *at = buckets[hash & (bucket_count - 1)]; at != nullptr; at = at->next_in_bucket)
		if (at->hash == hash && at->directory == directory && at->length == length &&
		    memcmp(at->name, name, length) == 0)
			return at;
	return nullptr;
}

struct dentry *directory_search(bool (*is_it)(struct inode *inode, uint64_t what), uint64_t what)
{
	for (size_t i = 0; i < bucket_count; i++)
		for (struct dentry *at = buckets[i]; at != nullptr; at = at->next_in_bucket)
			if (is_it(at->inode, what))
				return at;
	return nullptr;
}

static bool grow_table(void)
{
	size_t count = bucket_count != 0 ? bucket_count * 2 : BUCKETS_FIRST;
	struct dentry **fresh = heap_calloc(count, sizeof(struct dentry *));

	if (fresh == nullptr)
		return bucket_count != 0; /* longer chains still work */
	for (size_t i = 0; i < bucket_count; i++) {
		while (buckets[i] != nullptr) {
			struct dentry *moved = buckets[i];
			struct dentry **to = &fresh[moved->hash & (count - 1)];

			buckets[i] = moved->next_in_bucket;
			moved->next_in_bucket = *to;
			*to = moved;
		}
	}
	heap_free(buckets);
	buckets = fresh;
	bucket_count = count;
	return true;
}

/* Room for one more at the end; squeezes before it grows. */
static bool reserve_entry(struct directory *directory)
{
	if (directory->used < directory->capacity)
		return true;
	if (directory->count < directory->used / 2) {
		size_t to = 0;

		for (size_t i = 0; i < directory->used; i++)
			if (directory->entries[i] != nullptr)
				directory->entries[to++] = directory->entries[i];
		directory->used = to;
		directory->first = 0;
		return true;
	}
	size_t capacity = directory->capacity != 0 ? directory->capacity * 2 : ENTRIES_FIRST;
	struct dentry **entries = heap_realloc(directory->entries, capacity * sizeof(struct dentry *));

	if (entries == nullptr)
		return false;
	directory->entries = entries;
	directory->capacity = capacity;
	return true;
}

/* With its place in the directory's array. */
static size_t size_of(size_t length)
{
	return sizeof(struct dentry) + length + 2 * sizeof(struct dentry *);
}

static void discard(struct dentry *dentry)
{
	if (dentry == nullptr)
		return;
	account_give(dentry->account, ACCOUNT_BYTES, size_of(dentry->length));
	heap_free(dentry);
}

kn_status directory_add(
    struct inode *directory, const char *name, size_t length, struct inode *inode, uint32_t uid, struct dentry **added)
{
	struct account *account;

	if (length > NAME_MAX_LENGTH)
		return KN_E_NAME_TOO_LONG;
	if (dentry_count >= bucket_count && !grow_table())
		return KN_E_NO_SPACE;
	if (!reserve_entry(&directory->directory))
		return KN_E_NO_SPACE;
	if (account_open(uid, ACCOUNT_BYTES, size_of(length), &account) != KN_OK)
		return KN_E_NO_SPACE;
	struct dentry *dentry = heap_alloc(sizeof *dentry + length);

	if (dentry == nullptr) {
		account_give(account, ACCOUNT_BYTES, size_of(length));
		return KN_E_NO_SPACE;
	}
	dentry->account = account;
	dentry->hash = hash_name(directory, name, length);
	dentry->directory = directory;
	dentry->inode = inode;
	dentry->position = directory->directory.next_position++;
	dentry->length = (uint8_t)length;
	memcpy(dentry->name, name, length);
	struct dentry **bucket = &buckets[dentry->hash & (bucket_count - 1)];
	dentry->next_in_bucket = *bucket;
	*bucket = dentry;
	dentry_count++;
	directory->directory.entries[directory->directory.used++] = dentry;
	directory->directory.count++;
	inode->links++;
	if (inode_is_directory(inode))
		inode->directory.name = dentry;
	inode_touch(directory);
	if (added != nullptr)
		*added = dentry;
	return KN_OK;
}

/* Index of the first entry at or after `position`; used if there is none. Empty places are as their neighbours: searched linearly. */
static size_t find_position(const struct directory *directory, uint64_t position)
{
	size_t low = directory->first, high = directory->used;

	while (low < high) {
		size_t middle = low + (high - low) / 2, probe = middle;

		while (probe < high && directory->entries[probe] == nullptr)
			probe++;
		if (probe == high)
			high = middle;
		else if (directory->entries[probe]->position < position)
			low = probe + 1;
		else
			high = middle;
	}
	while (low < directory->used && directory->entries[low] == nullptr)
		low++;
	return low;
}

struct dentry *directory_next(const struct inode *directory, uint64_t position)
{
	size_t at = find_position(&directory->directory, position);

	return at < directory->directory.used ? directory->directory.entries[at] : nullptr;
}

void directory_forget_name(struct inode *inode)
{
	struct dentry *name = inode->last_name;

	if (name == nullptr)
		return;
	inode->last_name = nullptr;
	inode_release(name->directory);
	discard(name);
}

/* The inode loses this name, which is in no table any more and belongs to us (null: none). */
static void lose(struct inode *inode, struct dentry *name)
{
	if (inode->links == 1 && inode->references != 0 && name != nullptr) {
		directory_forget_name(inode);
		inode_acquire(name->directory);
		inode->last_name = name;
	} else {
		discard(name);
	}
	inode_unlink(inode);
}

void directory_remove(struct dentry *dentry)
{
	struct directory *directory = &dentry->directory->directory;
	struct dentry **link = &buckets[dentry->hash & (bucket_count - 1)];

	while (*link != dentry)
		link = &(*link)->next_in_bucket;
	*link = dentry->next_in_bucket;
	dentry_count--;
	directory->entries[find_position(directory, dentry->position)] = nullptr;
	directory->count--;
	while (directory->used > 0 && directory->entries[directory->used - 1] == nullptr)
		directory->used--;
	/* Who takes everything away begins at the front, and would look through all that was there each time. */
	while (directory->first < directory->used && directory->entries[directory->first] == nullptr)
		directory->first++;
	if (directory->first > directory->used)
		directory->first = directory->used;
	inode_touch(dentry->directory);
	if (inode_is_directory(dentry->inode) && dentry->inode->directory.name == dentry)
		dentry->inode->directory.name = nullptr;
	lose(dentry->inode, dentry);
}

void directory_replace(struct dentry *dentry, struct inode *inode)
{
	struct inode *old = dentry->inode;

	inode->links++;
	dentry->inode = inode;
	if (inode_is_directory(inode))
		inode->directory.name = dentry;
	if (inode_is_directory(old) && old->directory.name == dentry)
		old->directory.name = nullptr;
	inode_touch(dentry->directory);
	struct dentry *name = heap_alloc(sizeof *name + dentry->length);
	if (name != nullptr) {
		memcpy(name, dentry, sizeof *name + dentry->length);
		name->account = nullptr; /* the name in the tree is charged */
	}
	lose(old, name);
}

void directory_set_parent(struct inode *directory, struct inode *parent)
{
	struct inode *old = directory->directory.parent;

	if (parent != directory)
		inode_acquire(parent);
	directory->directory.parent = parent;
	if (old != nullptr && old != directory)
		inode_release(old);
}
