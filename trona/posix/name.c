/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls on paths that are one message each. */

#include "posix.h"

#include "client/vfs.h"

#define WITH_PATH(base, path, call) \
	kn_cap start; \
	size_t length; \
	int error = path_base(base, path, &start, &length); \
	if (error) \
		return error; \
	kn_status status = PERSIST(call)

int sys_stat(int base, const char *path, struct stat *stat, int flags)
{
	struct file_stat raw;
	int fd = path_is_descriptor(path);

	if (fd >= 0 && !(flags & AT_SYMLINK_NOFOLLOW))
		return sys_stat_fd(fd, stat);
	if (flags & AT_EMPTY_PATH && touch_read(path) && !*path)
		return base == AT_FDCWD ? sys_stat(base, ".", stat, 0) : sys_stat_fd(base, stat);
	WITH_PATH(base, path, vfs_stat(SLOT(VFS), start, (flags & AT_SYMLINK_NOFOLLOW) != 0, path, length, &raw));
	return status == KN_OK ? stat_give(&raw, stat) : to_errno(status);
}

int sys_access(int base, const char *path, int mode, int flags)
{
	int fd = path_is_descriptor(path);

	if (fd >= 0)
		return table_look(fd, nullptr) ? 0 : -ENOENT;
	if (mode & ~7)
		return -EINVAL;
	/* vfs.access: 8 by the effective ids, 16 not through a last link */
	uint32_t how = (uint32_t)mode | (flags & AT_EACCESS ? 8 : 0) | (flags & AT_SYMLINK_NOFOLLOW ? 16 : 0);
	WITH_PATH(base, path, vfs_access(SLOT(VFS), start, how, path, length));
	return to_errno(status);
}

int sys_make_directory(int base, const char *path, mode_t mode)
{
	WITH_PATH(base, path, vfs_make_directory(SLOT(VFS), start, mode & ~file_mask & 01777, path, length));
	return to_errno(status);
}

int sys_make_node(int base, const char *path, mode_t mode, dev_t device)
{
	WITH_PATH(base, path, vfs_make_node(SLOT(VFS), start, mode & ~file_mask, device, path, length));
	return to_errno(status);
}

int sys_unlink(int base, const char *path, int flags)
{
	WITH_PATH(base, path, vfs_unlink(SLOT(VFS), start, (flags & AT_REMOVEDIR) != 0, path, length));
	return to_errno(status);
}

/* Two paths: each base must be there, so the root is opened if need be. */
static int two_bases(int old_base, const char *old_path, int new_base, const char *new_path, kn_cap starts[2],
    size_t lengths[2])
{
	int error = path_base(old_base, old_path, &starts[0], &lengths[0]);

	if (error == 0)
		error = path_base(new_base, new_path, &starts[1], &lengths[1]);
	if (error)
		return error;
	for (int i = 0; i < 2; i++)
		if (starts[i] == KN_CAP_NONE)
			starts[i] = directory_root();
	return starts[0] && starts[1] ? 0 : -ENFILE;
}

int sys_rename(int old_base, const char *old_path, int new_base, const char *new_path, unsigned flags)
{
	kn_cap starts[2];
	size_t lengths[2];
	int error = two_bases(old_base, old_path, new_base, new_path, starts, lengths);

	if (error)
		return error;
	kn_status status = PERSIST(vfs_rename(SLOT(VFS), starts[0], starts[1], flags, old_path, lengths[0], new_path, lengths[1]));
	return to_errno(status);
}

int sys_link(int old_base, const char *old_path, int new_base, const char *new_path, int flags)
{
	kn_cap starts[2];
	size_t lengths[2];
	int error = two_bases(old_base, old_path, new_base, new_path, starts, lengths);

	if (error)
		return error;
	kn_status status = PERSIST(vfs_link(SLOT(VFS), starts[0], starts[1], (flags & AT_SYMLINK_FOLLOW) != 0, old_path, lengths[0],
	    new_path, lengths[1]));
	return to_errno(status);
}

int sys_symlink(const char *target, int base, const char *path)
{
	size_t target_length = strlen(target);

	if (target_length == 0)
		return -ENOENT;
	if (target_length >= VFS_PATH_MAX)
		return -ENAMETOOLONG;
	WITH_PATH(base, path, vfs_symlink(SLOT(VFS), start, target, target_length, path, length));
	return to_errno(status);
}

ssize_t sys_read_link(int base, const char *path, char *target, size_t size)
{
	size_t got = 0;
	char whole[VFS_PATH_MAX];

	/* The server refuses a buffer that is too small; readlink cuts. */
	WITH_PATH(base, path, vfs_read_link(SLOT(VFS), start, path, length, whole, sizeof whole, &got));
	if (status != KN_OK)
		return to_errno(status);
	if (got > size)
		got = size;
	memcpy(target, whole, got);
	return (ssize_t)got;
}

static int set_attributes(int base, const char *path, int flags, uint32_t mask, mode_t mode, uid_t uid, gid_t gid,
    int64_t access, int64_t modify)
{
	WITH_PATH(base, path, vfs_set_attributes(SLOT(VFS), start, (flags & AT_SYMLINK_NOFOLLOW) != 0, mask, mode, uid, gid,
				  access, modify, path, length));
	return to_errno(status);
}

int sys_set_mode(int base, const char *path, mode_t mode, int flags)
{
	int fd = path_is_descriptor(path);

	if (fd >= 0)
		return sys_set_mode_fd(fd, mode);
	return set_attributes(base, path, flags, VFS_ATTRIBUTE_MODE, mode & 07777, 0, 0, -1, -1);
}

int sys_set_owner(int base, const char *path, uid_t uid, gid_t gid, int flags)
{
	return set_attributes(base, path, flags, VFS_ATTRIBUTE_OWNER, 0, uid, gid, -1, -1);
}

int sys_set_times(int base, const char *path, const struct timespec times[2], int flags)
{
	return set_attributes(base, path, flags, VFS_ATTRIBUTE_TIMES, 0, 0, 0, times ? time_argument(&times[0]) : -2,
	    times ? time_argument(&times[1]) : -2);
}

int sys_truncate(const char *path, off_t new_length)
{
	if (new_length < 0)
		return -EINVAL;
	WITH_PATH(AT_FDCWD, path, vfs_truncate(SLOT(VFS), start, (uint64_t)new_length, path, length));
	return to_errno(status);
}

int sys_chdir(const char *path)
{
	struct file *file;
	int error = open_capability(AT_FDCWD, path, FILE_FLAG_PATH | VFS_OPEN_DIRECTORY_ONLY | VFS_OPEN_EXECUTE, 0, &file);

	if (error)
		return error;
	/* The slot outlives the file. */
	kn_cap slot = file->slot;
	file->slot = KN_CAP_NONE;
	file_drop(file);
	directory_change(slot);
	return 0;
}

int sys_chdir_fd(int fd)
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	int error = -ENOTDIR;
	if (file->kind == FILE_KIND_DIRECTORY) {
		struct file *again;

		error = open_capability(fd, ".", FILE_FLAG_PATH | VFS_OPEN_DIRECTORY_ONLY | VFS_OPEN_EXECUTE, 0, &again);
		if (error == 0) {
			kn_cap slot = again->slot;

			again->slot = KN_CAP_NONE;
			file_drop(again);
			directory_change(slot);
		}
	}
	file_drop(file);
	return error;
}

ssize_t sys_getcwd(char *path, size_t size)
{
	size_t length = 0;
	char whole[VFS_PATH_MAX];
	kn_cap current = directory_current();

	if (current == KN_CAP_NONE) {
		whole[0] = '/';
		length = 1;
	} else {
		kn_status status = PERSIST(vfs_path_of(SLOT(VFS), current, whole, sizeof whole, &length));

		if (status != KN_OK)
			return to_errno(status);
	}
	if (length > 0 && whole[length - 1] == 0)
		length--;
	if (length + 1 > size)
		return -ERANGE;
	memcpy(path, whole, length);
	path[length] = 0;
	return (ssize_t)length + 1;
}

mode_t sys_umask(mode_t mask)
{
	return __atomic_exchange_n(&file_mask, mask & 0777, __ATOMIC_ACQ_REL);
}

int sys_statvfs(const char *path, struct statvfs *result)
{
	struct vfs_usage usage;
	WITH_PATH(AT_FDCWD, path, vfs_usage(SLOT(VFS), start, path, length, &usage));

	if (status == KN_OK)
		*result = (struct statvfs){
		    .f_bsize = usage.block_size,
		    .f_frsize = usage.block_size,
		    .f_blocks = usage.blocks,
		    .f_bfree = usage.free,
		    .f_bavail = usage.free,
		    .f_files = usage.files,
		    .f_ffree = usage.files_free,
		    .f_favail = usage.files_free,
		    .f_flag = usage.flags,
		    .f_namemax = usage.name_max,
		};
	return to_errno(status);
}
