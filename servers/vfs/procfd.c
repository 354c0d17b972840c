/* SPDX-License-Identifier: BSD-2-Clause */
/* See procfd.h. A description knows its inode and not the name it was opened by, so names are looked for, as maps does; the last one stays with the inode. */
#include "procfd.h"

#include "description.h"
#include "directory.h"
#include "mode.h"
#include "path.h"
#include "process_view.h"
#include "procfs.h"
#include "trona/format.h"
#include "trona/string.h"
#include "uapi/protocol/tty.h"
#include "uapi/protocol/vfs.h"

#define TEXT_LENGTH 64
#define DEVICE_SHIFT 32
#define DEVICE_MASK 0xffffffu

static bool find(uint32_t pid, uint32_t number, struct procmgr_process_descriptor *found)
{
	while (process_view_descriptors(pid, number, found, 1) == 1) {
		if (badge_is_terminal(found->badge) || description_by_badge(found->badge) != nullptr)
			return true;
		number = found->number + 1; /* ended since */
	}
	return false;
}

bool procfd_next(uint32_t pid, uint32_t *number, uint32_t *mode)
{
	struct procmgr_process_descriptor found;

	if (!find(pid, *number, &found))
		return false;
	const uint32_t flags = badge_is_terminal(found.badge) ? FILE_FLAG_READ | FILE_FLAG_WRITE
							: description_by_badge(found.badge)->flags;

	*number = found.number;
	*mode = MODE_LINK | 0100 | (flags & FILE_FLAG_READ ? 0400 : 0) | (flags & FILE_FLAG_WRITE ? 0200 : 0);
	return true;
}

static kn_status give(const char *text, size_t size, char *target, size_t capacity, size_t *length)
{
	*length = size < capacity ? size : capacity;
	memcpy(target, text, *length);
	return KN_OK;
}

static kn_status tell_terminal(uint64_t badge, char *target, size_t capacity, size_t *length)
{
	const uint32_t device = badge >> DEVICE_SHIFT & DEVICE_MASK;
	char text[TEXT_LENGTH];
	size_t size = device == TTY_DEVICE_MASTER  ? format_text(text, sizeof text, "/dev/ptmx")
		      : device >= TTY_DEVICE_PTS ? format_text(text, sizeof text, "/dev/pts/%u", device - TTY_DEVICE_PTS)
						 : format_text(text, sizeof text, "/dev/console");

	return give(text, size, target, capacity, length);
}

static bool is_same(struct inode *inode, uint64_t what)
{
	return inode == (const struct inode *)what;
}

static kn_status name_inode(struct inode *inode, char *path, size_t capacity, size_t *length)
{
	if (inode_is_directory(inode))
		return path_tell(inode, path, capacity, length);
	if (inode->ops != nullptr)
		return procfs_path(inode, path, capacity, length);
	const struct dentry *dentry = directory_search(is_same, (uint64_t)inode);

	return dentry != nullptr ? path_tell_entry(dentry, path, capacity, length) : KN_E_NOT_FOUND;
}

static kn_status tell_inode(struct inode *inode, char *target, size_t capacity, size_t *length)
{
	static char path[VFS_PATH_MAX];
	static const char deleted[] = " (deleted)";
	size_t size;

	if (name_inode(inode, path, sizeof path, &size) == KN_OK)
		return give(path, size, target, capacity, length);
	/* What never had a name, or a longer one than can be told, has a number. */
	if (inode->last_name == nullptr || path_tell_entry(inode->last_name, path, sizeof path - sizeof deleted, &size) != KN_OK)
		size = format_text(path, sizeof path, "file:[%lu]", (unsigned long)inode->number);
	memcpy(path + size, deleted, sizeof deleted);
	size += sizeof deleted - 1;
	return give(path, size, target, capacity, length);
}

static kn_status tell(uint64_t badge, char *target, size_t capacity, size_t *length)
{
	char text[TEXT_LENGTH];

	if (badge_is_terminal(badge))
		return tell_terminal(badge, target, capacity, length);
	const struct description *description = description_by_badge(badge);
	if (description == nullptr)
		return KN_E_NOT_FOUND;
	if (description->inode != nullptr)
		return tell_inode(description->inode, target, capacity, length);
	const char *kind = description->class->kind == FILE_KIND_SOCKET ? "socket" : "pipe";
	const size_t size =
	    format_text(text, sizeof text, "%s:[%lu]", kind, (unsigned long)description_number(description));
	return give(text, size, target, capacity, length);
}

kn_status procfd_target(uint32_t pid, uint32_t number, char *target, size_t capacity, size_t *length)
{
	struct procmgr_process_descriptor found;

	if (!find(pid, number, &found) || found.number != number)
		return KN_E_NOT_FOUND;
	return tell(found.badge, target, capacity, length);
}

kn_status procfd_current(uint32_t pid, char *target, size_t capacity, size_t *length)
{
	const uint64_t badge = process_view_current(pid);

	return badge != 0 ? tell(badge, target, capacity, length) : give("/", 1, target, capacity, length);
}
