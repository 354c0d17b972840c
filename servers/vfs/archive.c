/* SPDX-License-Identifier: BSD-2-Clause */
/* See archive.h. Of two entries with one name the later counts, so that files can be appended to a finished archive. */
#include "archive.h"

#include "directory.h"
#include "mode.h"
#include "trona/cpio.h"
#include "trona/heap.h"
#include "trona/log.h"
#include "trona/string.h"
#include "uapi/object/boot.h"

#define NS_PER_SECOND 1000000000ll

/* The directory that the entry is in, and its last name. Directories that are missing are made. */
static kn_status find_parent(struct inode *root, const struct cpio_entry *entry, struct inode **parent, const char **name,
    size_t *length)
{
	const char *at = entry->name, *end = entry->name + entry->name_length;
	struct inode *directory = root;

	for (;;) {
		while (at < end && *at == '/')
			at++;
		const char *slash = memchr(at, '/', (size_t)(end - at));

		if (slash == nullptr || slash + 1 == end)
			break;
		struct dentry *dentry = directory_find(directory, at, (size_t)(slash - at));
		struct inode *child;

		if (dentry != nullptr) {
			child = dentry->inode;
		} else {
			child = inode_create(root->filesystem, MODE_DIRECTORY | 0755, 0, 0);
			if (child == nullptr)
				return KN_E_NO_MEMORY;
			kn_status status = directory_add(directory, at, (size_t)(slash - at), child, 0, nullptr);

			if (status == KN_OK)
				directory_set_parent(child, directory);
			inode_release(child);
			if (status != KN_OK)
				return status;
		}
		if (!inode_is_directory(child))
			return KN_E_BAD_IMAGE;
		directory = child;
		at = slash;
	}
	*parent = directory;
	*name = at;
	*length = (size_t)(end - at);
	if (*length != 0 && at[*length - 1] == '/')
		--*length;
	return KN_OK;
}

static kn_status fill(struct inode *inode, const struct cpio_entry *entry, const uint8_t *archive)
{
	inode->access_time = inode->modify_time = inode->change_time = (int64_t)entry->mtime * NS_PER_SECOND;
	if (inode_type(inode) == MODE_LINK) {
		inode->target = heap_alloc(entry->size != 0 ? entry->size : 1);
		if (inode->target == nullptr)
			return KN_E_NO_MEMORY;
		memcpy(inode->target, archive + entry->offset, entry->size);
		inode->target_length = entry->size;
	} else if (inode_type(inode) == MODE_REGULAR && entry->size != 0) {
		if (entry->offset % KN_PAGE_SIZE != 0)
			return KN_E_BAD_IMAGE;
		contents_adopt(&inode->contents, archive + entry->offset, entry->size);
	}
	return KN_OK;
}

static kn_status add_entry(struct inode *root, const struct cpio_entry *entry, const uint8_t *archive)
{
	struct inode *parent;
	const char *name;
	size_t length;
	uint32_t type = entry->mode & MODE_TYPE;
	kn_status status = find_parent(root, entry, &parent, &name, &length);

	if (status != KN_OK || length == 0 || (length == 1 && name[0] == '.'))
		return status;
	if (type != MODE_REGULAR && type != MODE_DIRECTORY && type != MODE_LINK && type != MODE_FIFO)
		return KN_E_BAD_IMAGE;
	struct dentry *known = directory_find(parent, name, length);

	if (known != nullptr && inode_is_directory(known->inode) && type == MODE_DIRECTORY) {
		known->inode->mode = entry->mode & (MODE_TYPE | MODE_PERMISSIONS);
		return KN_OK;
	}
	if (known != nullptr && (inode_is_directory(known->inode) || type == MODE_DIRECTORY))
		return KN_E_BAD_IMAGE;
	if (known != nullptr)
		directory_remove(known);
	struct inode *inode =
	    inode_create(root->filesystem, entry->mode & (MODE_TYPE | MODE_PERMISSIONS), entry->uid, entry->gid);

	if (inode == nullptr)
		return KN_E_NO_MEMORY;
	status = directory_add(parent, name, length, inode, 0, nullptr);
	if (status == KN_OK && type == MODE_DIRECTORY)
		directory_set_parent(inode, parent);
	if (status == KN_OK)
		status = fill(inode, entry, archive);
	inode_release(inode);
	return status;
}

kn_status archive_adopt(struct inode *root, const uint8_t *archive, uint64_t size)
{
	const struct kn_archive_header *header = (const struct kn_archive_header *)archive;
	struct cpio_entry entry;

	if (size < sizeof *header || header->magic != KN_ARCHIVE_MAGIC || header->archive_size > size ||
	    header->cpio_offset >= header->archive_size)
		return KN_E_BAD_IMAGE;
	uint64_t end = header->archive_size, position = header->cpio_offset;

	for (;;) {
		kn_status status = cpio_next(archive, end, &position, &entry);

		if (status == KN_E_NOT_FOUND)
			return KN_OK;
		if (status == KN_OK) {
			status = add_entry(root, &entry, archive);
			/* One entry that fits nowhere (below a link, say) is no reason to have no files at all. */
			if (status == KN_E_BAD_IMAGE) {
				log_line("archive: %.*s is left out", (int)entry.name_length, entry.name);
				status = KN_OK;
			}
		}
		if (status != KN_OK)
			return status == KN_E_BAD_MESSAGE ? KN_E_BAD_IMAGE : status;
	}
}
