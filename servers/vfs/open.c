/* SPDX-License-Identifier: BSD-2-Clause */
/* See open.h. The file is made last, so that a failure before leaves no trace. */
#include "open.h"

#include "classes.h"
#include "device.h"
#include "directory.h"
#include "fifo.h"
#include "mode.h"

#define KNOWN_FLAGS \
	(FILE_FLAG_READ | FILE_FLAG_WRITE | FILE_FLAG_APPEND | FILE_FLAG_NONBLOCK | FILE_FLAG_DIRECTORY | FILE_FLAG_PATH | \
	    VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE | VFS_OPEN_TRUNCATE | VFS_OPEN_NO_FOLLOW | VFS_OPEN_DIRECTORY_ONLY | \
	    VFS_OPEN_EXECUTE | VFS_OPEN_NO_TTY)
#define KEPT_FLAGS (FILE_FLAG_READ | FILE_FLAG_WRITE | FILE_FLAG_APPEND | FILE_FLAG_NONBLOCK | FILE_FLAG_PATH)

/* May what is there be opened like that? */
static kn_status check_open(const struct inode *inode, const struct credentials *who, uint32_t flags)
{
	uint32_t wanted = ((flags & FILE_FLAG_READ) ? MAY_READ : 0) | ((flags & FILE_FLAG_WRITE) ? MAY_WRITE : 0) |
			  ((flags & VFS_OPEN_TRUNCATE) ? MAY_WRITE : 0) | ((flags & VFS_OPEN_EXECUTE) ? MAY_EXECUTE : 0);

	if ((flags & VFS_OPEN_DIRECTORY_ONLY) && !inode_is_directory(inode))
		return KN_E_NOT_DIRECTORY;
	if (flags & FILE_FLAG_PATH)
		return KN_OK;
	if (inode_type(inode) == MODE_LINK)
		return KN_E_LOOP;
	if (inode_is_directory(inode) && ((wanted & MAY_WRITE) || (flags & VFS_OPEN_CREATE)))
		return KN_E_IS_DIRECTORY;
	kn_status status = permission(who, inode, wanted);

	if (status != KN_OK)
		return status;
	if (!(wanted & MAY_WRITE) || inode_type(inode) != MODE_REGULAR)
		return KN_OK;
	if (inode->filesystem->is_read_only)
		return KN_E_READ_ONLY;
	if (inode->ops != nullptr)
		return KN_E_ACCESS;
	return contents_is_executing(&inode->contents) ? KN_E_TEXT_BUSY : KN_OK;
}

static const struct description_class *class_of(const struct inode *inode, uint32_t flags)
{
	if (flags & FILE_FLAG_PATH)
		return inode_is_directory(inode) ? &directory_class : &path_class;
	switch (inode_type(inode)) {
	case MODE_DIRECTORY:
		return &directory_class;
	case MODE_REGULAR:
		return inode->ops != nullptr ? &text_class : &regular_class;
	case MODE_FIFO:
		return &fifo_class;
	default:
		return nullptr;
	}
}

/* Makes the description; the inode gets a reference from it. */
static kn_status begin(struct inode *inode, const struct credentials *who, const struct description_class *class,
    uint32_t flags, struct server_call *call, struct description **begun)
{
	struct description *description;
	kn_status status = description_create(class, flags & KEPT_FLAGS, who->uid, &description);

	if (status != KN_OK)
		return status;
	description->inode = inode;
	description->uid = who->uid;
	description->gid = who->gid;
	description->pid = who->pid;
	description->may_execute =
	    inode_type(inode) == MODE_REGULAR && permission(who, inode, MAY_EXECUTE) == KN_OK;
	if (class == &text_class)
		status = text_renew(description, who);
	else if (class == &fifo_class)
		status = call != nullptr ? fifo_open(description, call) : KN_E_WOULD_BLOCK;
	if (status < 0) {
		description_discard(description);
		return status;
	}
	inode_acquire(inode);
	*begun = description;
	return status;
}

static kn_status open_inode(struct inode *inode, const struct credentials *who, uint32_t flags, struct server_call *call,
    struct vfs_opened *opened, struct description **description)
{
	const struct description_class *class = class_of(inode, flags);

	if (class == nullptr) {
		if (inode_type(inode) != MODE_CHARACTER)
			return KN_E_NO_DEVICE;
		kn_status status = device_class(inode, &class, &opened->device);

		if (status != KN_OK)
			return status;
		if (class == nullptr) {
			opened->server = VFS_SERVER_TTY;
			opened->kind = FILE_KIND_TERMINAL;
			opened->flags = flags & KEPT_FLAGS;
			*description = nullptr;
			return KN_OK;
		}
	}
	kn_status status = begin(inode, who, class, flags, call, description);

	if (status != KN_OK)
		return status;
	if ((flags & VFS_OPEN_TRUNCATE) && class == &regular_class && inode->contents.size != 0) {
		status = contents_resize(&inode->contents, 0);
		if (status != KN_OK) {
			description_discard(*description);
			inode_release(inode);
			return status;
		}
		inode_touch(inode);
	}
	opened->server = VFS_SERVER_SELF;
	opened->kind = class->kind;
	opened->flags = (*description)->flags;
	return KN_OK;
}

static kn_status open_new(struct path *path, const struct credentials *who, uint32_t flags, uint32_t mode,
    struct vfs_opened *opened, struct description **description)
{
	struct inode *inode;

	if (path->has_slash)
		return KN_E_IS_DIRECTORY;
	if (flags & VFS_OPEN_DIRECTORY_ONLY)
		return KN_E_INVALID_ARG;
	kn_status status = name_create(path, who, MODE_REGULAR | (mode & MODE_PERMISSIONS), &inode);

	if (status != KN_OK)
		return status;
	status = open_inode(inode, who, flags & ~(uint32_t)VFS_OPEN_TRUNCATE, nullptr, opened, description);
	if (status != KN_OK)
		directory_remove(directory_find(path->parent, path->name, path->length));
	inode_release(inode);
	return status;
}

kn_status open_path(struct name_at at, const struct credentials *who, uint32_t flags, uint32_t mode,
    struct server_call *call, struct vfs_opened *opened, struct description **description)
{
	const uint32_t exclusive = VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE;
	bool follow = !(flags & VFS_OPEN_NO_FOLLOW) && (flags & exclusive) != exclusive;
	struct path path;

	if (flags & ~(uint32_t)KNOWN_FLAGS)
		return KN_E_INVALID_ARG;
	if (flags & FILE_FLAG_PATH)
		flags &= FILE_FLAG_PATH | VFS_OPEN_NO_FOLLOW | VFS_OPEN_DIRECTORY_ONLY;
	if (flags & FILE_FLAG_DIRECTORY)
		flags |= VFS_OPEN_DIRECTORY_ONLY;
	kn_status status = path_walk(at.base, who, at.text, at.length,
	    (follow ? PATH_FOLLOW : 0u) | ((flags & VFS_OPEN_CREATE) ? PATH_MAY_CREATE : 0u), &path);

	if (status != KN_OK)
		return status;
	*opened = (struct vfs_opened){};
	if (path.inode == nullptr) {
		status = open_new(&path, who, flags, mode, opened, description);
	} else if ((flags & exclusive) == exclusive) {
		status = KN_E_EXISTS;
	} else {
		status = check_open(path.inode, who, flags);
		if (status == KN_OK)
			status = open_inode(path.inode, who, flags, call, opened, description);
	}
	path_release(&path);
	return status;
}

kn_status open_anonymous(const struct credentials *who, uint32_t flags, struct description **description)
{
	struct inode *inode = inode_create(path_root()->filesystem, MODE_REGULAR | 0777, who->uid, who->gid);

	if (inode == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = inode_charge(inode, who->uid, 0);

	if (status == KN_OK)
		status = begin(inode, who, &regular_class, flags & KEPT_FLAGS, nullptr, description);

	inode_release(inode);
	return status;
}
