/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See path.h. The rest of the path after a symbolic link is built in one of two scratch buffers in turn (the rest may lie in
 * the other one); the server is one thread, and nobody keeps `name` across two walks.
 */
#include "path.h"

#include "directory.h"
#include "mode.h"
#include "procfs.h"
#include "trona/string.h"
#include "uapi/protocol/vfs.h"

static struct inode *root_inode;
static char scratch[4][2 * VFS_PATH_MAX];
static unsigned scratch_next;

void path_set_root(struct inode *root)
{
	root_inode = root;
}

struct inode *path_root(void)
{
	return root_inode;
}

struct walk {
	const struct credentials *who;
	struct inode *at;      /* referenced */
	const char *rest;
	const char *end;
	unsigned links;
};

static void step_to(struct walk *walk, struct inode *to)
{
	inode_release(walk->at);
	walk->at = to;
}

static void step_up(struct walk *walk)
{
	struct inode *at = walk->at;

	/* Out of mounted filesystems by the directory they cover. */
	while (at->filesystem->root == at && at->filesystem->covered != nullptr)
		at = at->filesystem->covered;
	struct inode *parent = at->directory.parent != nullptr ? at->directory.parent : at;

	inode_acquire(parent);
	step_to(walk, parent);
}

static struct inode *cross_mounts(struct inode *inode)
{
	while (inode_is_directory(inode) && inode->directory.mounted != nullptr) {
		struct inode *root = inode->directory.mounted->root;

		inode_acquire(root);
		inode_release(inode);
		inode = root;
	}
	return inode;
}

static kn_status find(struct inode *directory, const char *name, size_t length, struct inode **found)
{
	struct inode *inode;

	if (directory->ops != nullptr && directory->ops->lookup != nullptr) {
		kn_status status = directory->ops->lookup(directory, name, length, &inode);

		if (status != KN_OK)
			return status;
	} else {
		struct dentry *dentry = directory_find(directory, name, length);

		if (dentry == nullptr)
			return KN_E_NOT_FOUND;
		inode = dentry->inode;
		inode_acquire(inode);
	}
	*found = cross_mounts(inode);
	return KN_OK;
}

/* Puts a link's target in front of what is left of the path. */
static kn_status follow(struct walk *walk, struct inode *link)
{
	if (++walk->links > PATH_LINKS_MAX)
		return KN_E_LOOP;
	char *text = scratch[scratch_next++ & 3];
	size_t rest = (size_t)(walk->end - walk->rest), length;

	if (link->ops != nullptr && link->ops->read_link != nullptr) {
		kn_status status = link->ops->read_link(link, walk->who, text, VFS_PATH_MAX, &length);

		if (status != KN_OK)
			return status;
	} else {
		length = link->target_length;
		memcpy(text, link->target, length);
	}
	if (length == 0)
		return KN_E_NOT_FOUND;
	if (length + 1 + rest > VFS_PATH_MAX)
		return KN_E_NAME_TOO_LONG;
	if (rest != 0) {
		text[length] = '/';
		memcpy(text + length + 1, walk->rest, rest);
		length += 1 + rest;
	}
	walk->rest = text;
	walk->end = text + length;
	if (text[0] == '/') {
		inode_acquire(root_inode);
		step_to(walk, root_inode);
	}
	return KN_OK;
}

/* Takes the next name off the path; false at its end. *is_last: nothing but slashes follow. */
static bool next_name(struct walk *walk, const char **name, size_t *length, bool *is_last, bool *has_slash)
{
	while (walk->rest < walk->end && *walk->rest == '/')
		walk->rest++;
	*name = walk->rest;
	while (walk->rest < walk->end && *walk->rest != '/')
		walk->rest++;
	*length = (size_t)(walk->rest - *name);
	*has_slash = walk->rest < walk->end;
	const char *after = walk->rest;
	while (after < walk->end && *after == '/')
		after++;
	*is_last = after == walk->end;
	return *length != 0;
}

static bool is_dots(const char *name, size_t length)
{
	return name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
}

/* The last name: found, missing or a link to go on with (then *again). walk->at is its directory. */
static kn_status finish(struct walk *walk, unsigned flags, struct path *path, bool *again)
{
	struct inode *inode = nullptr;
	kn_status status = find(walk->at, path->name, path->length, &inode);

	if (status == KN_E_NOT_FOUND && (flags & PATH_MAY_CREATE)) {
		path->parent = walk->at;
		path->inode = nullptr;
		return KN_OK;
	}
	if (status != KN_OK)
		return status;
	if (inode_type(inode) == MODE_LINK && ((flags & PATH_FOLLOW) || path->has_slash)) {
		if (path->has_slash)
			walk->rest = walk->end; /* asked for below, whatever the target looks like */
		status = follow(walk, inode);
		inode_release(inode);
		*again = status == KN_OK;
		return status;
	}
	if (path->has_slash && !inode_is_directory(inode)) {
		inode_release(inode);
		return KN_E_NOT_DIRECTORY;
	}
	path->parent = walk->at;
	path->inode = inode;
	return KN_OK;
}

static kn_status walk_all(struct walk *walk, unsigned flags, struct path *path)
{
	const char *name;
	size_t length;
	bool is_last, has_slash, must_be_directory = false;

	for (;;) {
		if (!next_name(walk, &name, &length, &is_last, &has_slash)) {
			path->is_dot = true;
			break;
		}
		if (!inode_is_directory(walk->at))
			return KN_E_NOT_DIRECTORY;
		kn_status status = permission(walk->who, walk->at, MAY_EXECUTE);

		if (status != KN_OK)
			return status;
		if (length > NAME_MAX_LENGTH)
			return KN_E_NAME_TOO_LONG;
		if (is_dots(name, length)) {
			if (length == 2)
				step_up(walk);
			if (!is_last)
				continue;
			path->is_dot = true;
			break;
		}
		if (is_last) {
			bool again = false;

			must_be_directory |= has_slash;
			path->name = name;
			path->length = length;
			path->has_slash = must_be_directory;
			status = finish(walk, flags, path, &again);
			if (!again)
				return status;
			continue;
		}
		struct inode *inode;

		status = find(walk->at, name, length, &inode);
		if (status != KN_OK)
			return status;
		if (inode_type(inode) == MODE_LINK) {
			status = follow(walk, inode);
			inode_release(inode);
			if (status != KN_OK)
				return status;
			continue;
		}
		step_to(walk, inode);
	}
	if (!inode_is_directory(walk->at))
		return KN_E_NOT_DIRECTORY;
	path->name = name;
	path->length = length;
	path->parent = path->inode = walk->at;
	inode_acquire(walk->at);
	return KN_OK;
}

kn_status path_walk(struct inode *base, const struct credentials *who, const char *text, size_t length, unsigned flags,
    struct path *path)
{
	if (length != 0 && text[length - 1] == '\0')
		length--;
	if (length == 0)
		return KN_E_NOT_FOUND;
	if (length >= VFS_PATH_MAX)
		return KN_E_NAME_TOO_LONG;
	if (memchr(text, '\0', length) != nullptr)
		return KN_E_INVALID_ARG;
	struct walk walk = {
	    .who = who,
	    .at = base == nullptr || text[0] == '/' ? root_inode : base,
	    .rest = text,
	    .end = text + length,
	};
	*path = (struct path){};
	inode_acquire(walk.at);
	kn_status status = walk_all(&walk, flags, path);

	if (status != KN_OK)
		inode_release(walk.at);
	return status;
}

void path_release(struct path *path)
{
	if (path->inode != nullptr)
		inode_release(path->inode);
	inode_release(path->parent);
}

/* `with_deleted`: also through directories that were removed, by the names they had. */
static kn_status tell(struct inode *directory, bool with_deleted, char *text, size_t capacity, size_t *length)
{
	size_t at = capacity;

	if (!inode_is_directory(directory))
		return KN_E_NOT_DIRECTORY;
	for (struct inode *here = directory; here != root_inode;) {
		if (here->filesystem->root == here) {
			if (here->filesystem->covered == nullptr)
				return KN_E_NOT_FOUND;
			here = here->filesystem->covered;
			continue;
		}
		char computed[256];
		const char *name = computed;
		size_t size = 0;

		const struct dentry *entry = here->directory.name != nullptr ? here->directory.name
					     : with_deleted              ? here->last_name
									 : nullptr;

		if (entry != nullptr) {
			name = entry->name;
			size = entry->length;
		} else {
			size = procfs_name(here, computed);
		}
		if (size == 0 || here->directory.parent == nullptr)
			return KN_E_NOT_FOUND;
		if (size + 1 > at)
			return KN_E_NAME_TOO_LONG;
		at -= size;
		memcpy(text + at, name, size);
		text[--at] = '/';
		here = here->directory.parent;
	}
	if (at == capacity)
		text[--at] = '/';
	*length = capacity - at;
	memmove(text, text + at, *length);
	return KN_OK;
}

kn_status path_tell(struct inode *directory, char *text, size_t capacity, size_t *length)
{
	return tell(directory, false, text, capacity, length);
}

kn_status path_tell_entry(const struct dentry *dentry, char *text, size_t capacity, size_t *length)
{
	kn_status status = tell(dentry->directory, true, text, capacity, length);

	if (status != KN_OK)
		return status;
	if (*length > 1)
		*length += 1; /* the root's path ends with its slash already */
	if (*length + dentry->length > capacity)
		return KN_E_NAME_TOO_LONG;
	text[*length - 1] = '/';
	memcpy(text + *length, dentry->name, dentry->length);
	*length += dentry->length;
	return KN_OK;
}
