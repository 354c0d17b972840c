/* SPDX-License-Identifier: BSD-2-Clause */
/* See names.h. */
#include "names.h"

#include "directory.h"
#include "mode.h"
#include "trona/heap.h"
#include "trona/string.h"
#include "uapi/protocol/vfs.h"

#define LINKS_MAX 65000u
#define BLOCK 512u

void inode_describe(struct inode *inode, struct file_stat *stat)
{
	uint64_t size = inode_size(inode);

	*stat = (struct file_stat){
	    .device = inode->filesystem->device,
	    .inode = inode->number,
	    .mode = inode->mode,
	    .links = inode->links != 0 || inode->filesystem->root != inode ? inode->links : 1,
	    .uid = inode->uid,
	    .gid = inode->gid,
	    .special_device = inode->special_device,
	    .size = size,
	    .blocks = inode_type(inode) == MODE_REGULAR && inode->ops == nullptr
			  ? (contents_memory(&inode->contents) + BLOCK - 1) / BLOCK
			  : 0,
	    .access_time = inode->access_time,
	    .modify_time = inode->modify_time,
	    .change_time = inode->change_time,
	    .block_size = KN_PAGE_SIZE,
	};
	if (inode->ops != nullptr && inode->links == 0)
		stat->links = 1;
}

/* ---- making ---- */

/* May a name be made where the walk found none? */
static kn_status check_new(const struct path *path, const struct credentials *who)
{
	struct inode *parent = path->parent;

	if (path->inode != nullptr)
		return KN_E_EXISTS;
	if (parent->ops != nullptr)
		return KN_E_ACCESS;
	if (parent->filesystem->is_read_only)
		return KN_E_READ_ONLY;
	if (parent->links == 0 && parent->filesystem->root != parent)
		return KN_E_NOT_FOUND;
	return permission_entry(who, parent, nullptr);
}

static kn_status create(const struct path *path, const struct credentials *who, uint32_t mode, size_t more, struct inode **made)
{
	struct inode *parent = path->parent;
	kn_status status = check_new(path, who);

	if (status != KN_OK)
		return status;
	bool inherits = parent->mode & MODE_SET_GID;
	if (inherits && (mode & MODE_TYPE) == MODE_DIRECTORY)
		mode |= MODE_SET_GID;
	struct inode *inode = inode_create(parent->filesystem, mode, who->uid, inherits ? parent->gid : who->gid);

	if (inode == nullptr)
		return KN_E_NO_SPACE;
	status = inode_charge(inode, who->uid, more);
	if (status == KN_OK)
		status = directory_add(parent, path->name, path->length, inode, who->uid, nullptr);
	if (status != KN_OK) {
		inode_release(inode);
		return status;
	}
	if (inode_is_directory(inode))
		directory_set_parent(inode, parent);
	*made = inode;
	return KN_OK;
}

kn_status name_create(const struct path *path, const struct credentials *who, uint32_t mode, struct inode **made)
{
	return create(path, who, mode, 0, made);
}

/* With `more` bytes. */
static kn_status make(struct name_at at, const struct credentials *who, uint32_t mode, size_t more, struct inode **made)
{
	struct path path;
	kn_status status = path_walk(at.base, who, at.text, at.length, PATH_MAY_CREATE, &path);

	if (status != KN_OK)
		return status;
	if (path.inode == nullptr && path.has_slash && (mode & MODE_TYPE) != MODE_DIRECTORY)
		status = KN_E_NOT_FOUND;
	else
		status = create(&path, who, mode, more, made);
	path_release(&path);
	return status;
}

kn_status name_make_directory(struct name_at at, const struct credentials *who, uint32_t mode)
{
	struct inode *made;
	kn_status status = make(at, who, MODE_DIRECTORY | (mode & (MODE_STICKY | 0777)), 0, &made);

	if (status == KN_OK)
		inode_release(made);
	return status;
}

kn_status name_make_node(struct name_at at, const struct credentials *who, uint32_t mode, uint64_t device)
{
	struct inode *made;
	uint32_t type = mode & MODE_TYPE;

	if (type == 0)
		mode |= type = MODE_REGULAR;
	if (type != MODE_REGULAR && type != MODE_FIFO && type != MODE_SOCKET && type != MODE_CHARACTER && type != MODE_BLOCK)
		return KN_E_INVALID_ARG;
	if ((type == MODE_CHARACTER || type == MODE_BLOCK) && who->uid != 0)
		return KN_E_PERMISSION;
	kn_status status = make(at, who, mode & (MODE_TYPE | MODE_PERMISSIONS), 0, &made);

	if (status != KN_OK)
		return status;
	if (type == MODE_CHARACTER || type == MODE_BLOCK)
		made->special_device = device;
	inode_release(made);
	return KN_OK;
}

kn_status name_symlink(struct name_at at, const struct credentials *who, const char *target, size_t length)
{
	struct inode *made;

	if (length != 0 && target[length - 1] == '\0')
		length--;
	if (length == 0)
		return KN_E_NOT_FOUND;
	if (length >= VFS_PATH_MAX)
		return KN_E_NAME_TOO_LONG;
	char *copy = heap_alloc(length);

	if (copy == nullptr)
		return KN_E_NO_SPACE;
	kn_status status = make(at, who, MODE_LINK | 0777, length, &made);

	if (status != KN_OK) {
		heap_free(copy);
		return status;
	}
	memcpy(copy, target, length);
	made->target = copy;
	made->target_length = length;
	inode_release(made);
	return KN_OK;
}

kn_status name_read_link(struct name_at at, const struct credentials *who, char *target, size_t capacity, size_t *length)
{
	struct path path;
	kn_status status = path_walk(at.base, who, at.text, at.length, 0, &path);

	if (status != KN_OK)
		return status;
	struct inode *inode = path.inode;

	if (inode_type(inode) != MODE_LINK) {
		status = KN_E_INVALID_ARG;
	} else if (inode->ops != nullptr) {
		status = inode->ops->read_link(inode, who, target, capacity, length);
	} else {
		*length = inode->target_length < capacity ? inode->target_length : capacity;
		memcpy(target, inode->target, *length);
	}
	path_release(&path);
	return status;
}

/* ---- removing ---- */

/* The entry itself; null when the directory is computed. */
static struct dentry *entry_of(const struct path *path)
{
	return path->parent->ops == nullptr ? directory_find(path->parent, path->name, path->length) : nullptr;
}

static kn_status check_remove(const struct path *path, const struct dentry *dentry, const struct credentials *who)
{
	if (dentry == nullptr)
		return KN_E_PERMISSION;
	if (path->parent->filesystem->is_read_only)
		return KN_E_READ_ONLY;
	/* The walk crossed a mount: the name is in use. */
	if (dentry->inode != path->inode)
		return KN_E_BUSY;
	return permission_entry(who, path->parent, path->inode);
}

static kn_status remove_walked(const struct path *path, const struct credentials *who, bool is_directory)
{
	struct inode *inode = path->inode;
	struct dentry *dentry;

	/* "/", "." and "..", as Linux tells them apart. */
	if (path->is_dot && is_directory)
		return path->length == 0 ? KN_E_BUSY : path->length == 1 ? KN_E_INVALID_ARG : KN_E_NOT_EMPTY;
	if (path->is_dot)
		return KN_E_IS_DIRECTORY;
	dentry = entry_of(path);
	kn_status status = check_remove(path, dentry, who);

	if (status != KN_OK)
		return status;
	if (is_directory && !inode_is_directory(inode))
		return KN_E_NOT_DIRECTORY;
	if (!is_directory && inode_is_directory(inode))
		return KN_E_IS_DIRECTORY;
	if (is_directory && (inode->ops != nullptr || !directory_is_empty(inode)))
		return KN_E_NOT_EMPTY;
	directory_remove(dentry);
	return KN_OK;
}

kn_status name_remove(struct name_at at, const struct credentials *who, bool is_directory)
{
	struct path path;
	kn_status status = path_walk(at.base, who, at.text, at.length, 0, &path);

	if (status != KN_OK)
		return status;
	status = remove_walked(&path, who, is_directory);
	path_release(&path);
	return status;
}

/* ---- renaming and linking ---- */

static bool is_below(struct inode *directory, const struct inode *above)
{
	for (;;) {
		if (directory == above)
			return true;
		struct inode *parent = directory->directory.parent;
		if (parent == nullptr || parent == directory)
			return false;
		directory = parent;
	}
}

static kn_status check_rename(const struct path *from, const struct path *to, const struct credentials *who, bool no_replace)
{
	struct dentry *source = entry_of(from), *target = to->inode != nullptr ? entry_of(to) : nullptr;
	struct inode *moved = from->inode;

	if (from->is_dot || to->is_dot)
		return KN_E_BUSY;
	kn_status status = check_remove(from, source, who);
	if (status != KN_OK)
		return status;
	if (from->parent->filesystem != to->parent->filesystem)
		return KN_E_CROSS_DEVICE;
	if (inode_is_directory(moved) && is_below(to->parent, moved))
		return KN_E_INVALID_ARG;
	if (to->inode == nullptr)
		return to->has_slash && !inode_is_directory(moved) ? KN_E_NOT_DIRECTORY : check_new(to, who);
	if (no_replace)
		return KN_E_EXISTS;
	if (moved == to->inode)
		return KN_OK;
	status = check_remove(to, target, who);
	if (status != KN_OK)
		return status;
	if (inode_is_directory(moved) && !inode_is_directory(to->inode))
		return KN_E_NOT_DIRECTORY;
	if (!inode_is_directory(moved) && inode_is_directory(to->inode))
		return KN_E_IS_DIRECTORY;
	return inode_is_directory(to->inode) && !directory_is_empty(to->inode) ? KN_E_NOT_EMPTY : KN_OK;
}

static kn_status rename_walked(const struct path *from, const struct path *to, const struct credentials *who, bool no_replace)
{
	struct inode *moved = from->inode;
	kn_status status = check_rename(from, to, who, no_replace);

	if (status != KN_OK || moved == to->inode)
		return status;
	struct dentry *fresh;

	/* The new name first: it alone can fail. The inode has both names for a moment. */
	if (to->inode != nullptr) {
		fresh = entry_of(to);
		directory_replace(fresh, moved);
	} else {
		status = directory_add(to->parent, to->name, to->length, moved, who->uid, &fresh);
		if (status != KN_OK)
			return status;
	}
	directory_remove(entry_of(from));
	if (inode_is_directory(moved)) {
		moved->directory.name = fresh;
		directory_set_parent(moved, to->parent);
	}
	moved->change_time = inode_now();
	return KN_OK;
}

kn_status name_rename(struct name_at from, struct name_at to, const struct credentials *who, bool no_replace)
{
	struct path old, new;
	kn_status status = path_walk(from.base, who, from.text, from.length, 0, &old);

	if (status != KN_OK)
		return status;
	status = path_walk(to.base, who, to.text, to.length, PATH_MAY_CREATE, &new);
	if (status == KN_OK) {
		status = rename_walked(&old, &new, who, no_replace);
		path_release(&new);
	}
	path_release(&old);
	return status;
}

static kn_status link_walked(const struct path *from, const struct path *to, const struct credentials *who)
{
	struct inode *inode = from->inode;

	if (inode_is_directory(inode))
		return KN_E_PERMISSION;
	if (to->inode == nullptr && to->has_slash)
		return KN_E_NOT_FOUND;
	kn_status status = check_new(to, who);

	if (status != KN_OK)
		return status;
	if (inode->filesystem != to->parent->filesystem || inode->ops != nullptr)
		return KN_E_CROSS_DEVICE;
	if (inode->links == 0)
		return KN_E_NOT_FOUND;
	if (inode->links >= LINKS_MAX)
		return KN_E_TOO_MANY_LINKS;
	status = directory_add(to->parent, to->name, to->length, inode, who->uid, nullptr);
	if (status == KN_OK)
		inode->change_time = inode_now();
	return status;
}

kn_status name_link(struct name_at from, struct name_at to, const struct credentials *who, bool follow)
{
	struct path old, new;
	kn_status status = path_walk(from.base, who, from.text, from.length, follow ? PATH_FOLLOW : 0, &old);

	if (status != KN_OK)
		return status;
	status = path_walk(to.base, who, to.text, to.length, PATH_MAY_CREATE, &new);
	if (status == KN_OK) {
		status = link_walked(&old, &new, who);
		path_release(&new);
	}
	path_release(&old);
	return status;
}

/* ---- attributes ---- */

static kn_status check_change(const struct inode *inode, const struct credentials *who)
{
	if (inode->ops != nullptr)
		return KN_E_PERMISSION;
	if (inode->filesystem->is_read_only)
		return KN_E_READ_ONLY;
	return credentials_owns(who, inode->uid) ? KN_OK : KN_E_PERMISSION;
}

kn_status inode_set_mode(struct inode *inode, const struct credentials *who, uint32_t mode)
{
	kn_status status = check_change(inode, who);

	if (status != KN_OK)
		return status;
	if (who->uid != 0 && !credentials_in_group(who, inode->gid))
		mode &= ~MODE_SET_GID;
	inode->mode = (inode->mode & MODE_TYPE) | (mode & MODE_PERMISSIONS);
	inode->change_time = inode_now();
	return KN_OK;
}

kn_status inode_set_owner(struct inode *inode, const struct credentials *who, uint32_t uid, uint32_t gid)
{
	kn_status status = check_change(inode, who);

	if (status != KN_OK)
		return status;
	if (who->uid != 0) {
		if (uid != ~0u && uid != inode->uid)
			return KN_E_PERMISSION;
		if (gid != ~0u && !credentials_in_group(who, gid))
			return KN_E_PERMISSION;
	}
	if (uid != ~0u)
		inode->uid = uid;
	if (gid != ~0u)
		inode->gid = gid;
	/* The superuser's too: what ran as the old owner shall not run as the new one unasked. */
	if (inode_type(inode) == MODE_REGULAR)
		inode->mode &= ~(MODE_SET_UID | MODE_SET_GID);
	inode->change_time = inode_now();
	return KN_OK;
}

kn_status inode_set_times(struct inode *inode, const struct credentials *who, int64_t access, int64_t modify)
{
	bool is_now = (access == -2 || access == -1) && (modify == -2 || modify == -1);
	kn_status status = check_change(inode, who);

	if (status == KN_E_PERMISSION && is_now && inode->ops == nullptr)
		status = permission(who, inode, MAY_WRITE);
	if (status != KN_OK)
		return status;
	int64_t now = inode_now();

	if (access != -1)
		inode->access_time = access == -2 ? now : access;
	if (modify != -1)
		inode->modify_time = modify == -2 ? now : modify;
	inode->change_time = now;
	return KN_OK;
}
