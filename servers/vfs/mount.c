/* SPDX-License-Identifier: BSD-2-Clause */
/* See mount.h. */
#include "mount.h"

#include "directory.h"
#include "mode.h"
#include "trona/heap.h"

static struct filesystem *first;
static uint32_t next_device = 1;

static kn_status make(const char *type, uint32_t mode, struct filesystem **made)
{
	struct filesystem *filesystem = heap_calloc(1, sizeof *filesystem);

	if (filesystem == nullptr)
		return KN_E_NO_MEMORY;
	filesystem->type = type;
	filesystem->device = next_device;
	filesystem->root = inode_create(filesystem, MODE_DIRECTORY | mode, 0, 0);
	if (filesystem->root == nullptr) {
		heap_free(filesystem);
		return KN_E_NO_MEMORY;
	}
	next_device++;
	directory_set_parent(filesystem->root, filesystem->root);
	struct filesystem **link = &first;
	while (*link != nullptr)
		link = &(*link)->next;
	*link = filesystem;
	*made = filesystem;
	return KN_OK;
}

kn_status mount_root(struct filesystem **filesystem)
{
	return make("ramfs", 0755, filesystem);
}

kn_status mount_on(struct inode *directory, const char *type, uint32_t mode, struct filesystem **filesystem)
{
	struct filesystem *made;

	if (!inode_is_directory(directory))
		return KN_E_NOT_DIRECTORY;
	if (directory->directory.mounted != nullptr || directory->filesystem->root == directory)
		return KN_E_BUSY;
	kn_status status = make(type, mode, &made);

	if (status != KN_OK)
		return status;
	inode_acquire(directory);
	made->covered = directory;
	directory->directory.mounted = made;
	*filesystem = made;
	return KN_OK;
}

/* Takes away everything below a directory whose inodes nobody else references. */
static void empty(struct inode *directory)
{
	for (;;) {
		struct dentry *dentry = directory_next(directory, 0);

		if (dentry == nullptr)
			return;
		if (inode_is_directory(dentry->inode))
			empty(dentry->inode);
		directory_remove(dentry);
	}
}

/* References that do not come from the tree itself: one reference each child directory holds on its parent. */
static bool is_used(const struct inode *directory, uint32_t own)
{
	uint32_t children = 0;

	for (struct dentry *at = directory_next(directory, 0); at != nullptr; at = directory_next(directory, at->position + 1)) {
		if (inode_is_directory(at->inode)) {
			children++;
			if (at->inode->directory.mounted != nullptr || is_used(at->inode, 0))
				return true;
		} else if (at->inode->references != 0) {
			return true;
		}
	}
	return directory->references != children + own;
}

kn_status mount_remove(struct inode *root)
{
	struct filesystem *filesystem = root->filesystem;

	if (filesystem->root != root || filesystem->covered == nullptr)
		return KN_E_INVALID_ARG;
	/* The mount's own reference, and the one of whoever asks. */
	if (is_used(root, 2))
		return KN_E_BUSY;
	struct filesystem **link = &first;
	while (*link != filesystem)
		link = &(*link)->next;
	*link = filesystem->next;
	empty(root);
	filesystem->covered->directory.mounted = nullptr;
	inode_release(filesystem->covered);
	filesystem->covered = nullptr;
	/* The caller's reference is the last, and the structure goes with it. */
	filesystem->is_unmounted = true;
	inode_release(root);
	return KN_OK;
}

struct filesystem *mount_first(void)
{
	return first;
}
