/* SPDX-License-Identifier: BSD-2-Clause */
/* Open directories: their entries in the packed form of the file protocol. */
#include "classes.h"
#include "directory.h"
#include "mode.h"
#include "trona/string.h"

#define ENTRY_HEAD 18 /* u64 inode, u64 next, u8 type, u8 length */

static kn_status directory_read(struct description *description, struct transfer *transfer)
{
	(void)description, (void)transfer;
	return KN_E_IS_DIRECTORY;
}

const struct description_class directory_class = {
    .kind = FILE_KIND_DIRECTORY,
    .read = directory_read,
};

struct entry {
	uint64_t number, next;
	uint32_t mode;
	const char *name;
	size_t length;
};

static bool append(uint8_t *data, size_t capacity, size_t *at, const struct entry *entry)
{
	size_t size = (ENTRY_HEAD + entry->length + 7) & ~(size_t)7;

	if (size > capacity - *at)
		return false;
	uint8_t *to = data + *at;
	memcpy(to, &entry->number, 8);
	memcpy(to + 8, &entry->next, 8);
	to[16] = (uint8_t)((entry->mode & MODE_TYPE) >> 12);
	to[17] = (uint8_t)entry->length;
	memcpy(to + ENTRY_HEAD, entry->name, entry->length);
	memset(to + ENTRY_HEAD + entry->length, 0, size - ENTRY_HEAD - entry->length);
	*at += size;
	return true;
}

/* What a name leads to, as stat() will tell it: the root of what is mounted there. */
static uint64_t number_of(const struct inode *inode)
{
	while (inode_is_directory(inode) && inode->directory.mounted != nullptr)
		inode = inode->directory.mounted->root;
	return inode->number;
}

static struct inode *parent_of(struct inode *directory)
{
	while (directory->filesystem->root == directory && directory->filesystem->covered != nullptr)
		directory = directory->filesystem->covered;
	return directory->directory.parent != nullptr ? directory->directory.parent : directory;
}

/* The entry at or after `position`. */
static bool next_entry(struct inode *directory, uint64_t position, char computed[256], struct entry *entry)
{
	if (position < DIRECTORY_FIRST_POSITION) {
		*entry = (struct entry){
		    .number = position == 0 ? directory->number : number_of(parent_of(directory)),
		    .next = position + 1,
		    .mode = MODE_DIRECTORY,
		    .name = "..",
		    .length = position + 1,
		};
		return true;
	}
	if (directory->ops != nullptr && directory->ops->next != nullptr) {
		entry->next = position;
		if (!directory->ops->next(directory, &entry->next, computed, &entry->number, &entry->mode))
			return false;
		entry->name = computed;
		entry->length = strlen(computed);
		return true;
	}
	struct dentry *dentry = directory_next(directory, position);

	if (dentry == nullptr)
		return false;
	*entry = (struct entry){
	    .number = number_of(dentry->inode),
	    .next = dentry->position + 1,
	    .mode = dentry->inode->mode,
	    .name = dentry->name,
	    .length = dentry->length,
	};
	return true;
}

kn_status description_entries(struct description *description, uint8_t *data, size_t capacity, size_t *length)
{
	struct inode *directory = description->inode;
	char computed[256];
	struct entry entry;
	size_t at = 0;

	if (description->class != &directory_class)
		return KN_E_NOT_DIRECTORY;
	while (next_entry(directory, description->offset, computed, &entry)) {
		if (!append(data, capacity, &at, &entry)) {
			if (at == 0)
				return KN_E_INVALID_ARG; /* no room for even one */
			break;
		}
		description->offset = entry.next;
	}
	*length = at;
	return KN_OK;
}
