/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls on an open description that are one message each. */

#include "posix.h"

#include "client/file.h"
#include "client/vfs.h"

#define WITH_FILE(fd, call) \
	struct file *file = file_take(fd); \
	if (!file) \
		return -EBADF; \
	kn_status status = PERSIST(call); \
	file_drop(file)

off_t sys_seek(int fd, off_t offset, int whence)
{
	uint64_t position = 0;

	if (whence < 0 || whence > (int)FILE_SEEK_HOLE)
		return -EINVAL;
	struct file *known = file_take(fd);
	if (known && known->kind == FILE_KIND_REGULAR) {
		off_t target = view_seek(known, offset, whence);

		file_drop(known);
		if (target != VIEW_ASK)
			return target;
	} else if (known) {
		file_drop(known);
	}
	WITH_FILE(fd, file_seek(file->slot, offset, (uint32_t)whence, &position));
	return status == KN_OK ? (off_t)position : to_errno(status);
}

static struct timespec to_timespec(int64_t ns)
{
	int64_t seconds = ns / 1000000000, rest = ns % 1000000000;

	if (rest < 0) {
		seconds--;
		rest += 1000000000;
	}
	return (struct timespec){.tv_sec = seconds, .tv_nsec = rest};
}

static void stat_convert(const struct file_stat *from, struct stat *to)
{
	*to = (struct stat){
	    .st_dev = from->device,
	    .st_ino = from->inode,
	    .st_mode = from->mode,
	    .st_nlink = (nlink_t)from->links,
	    .st_uid = from->uid,
	    .st_gid = from->gid,
	    .st_rdev = from->special_device,
	    .st_size = (off_t)from->size,
	    .st_blksize = from->block_size,
	    .st_blocks = (blkcnt_t)from->blocks,
	    .st_atim = to_timespec(from->access_time),
	    .st_mtim = to_timespec(from->modify_time),
	    .st_ctim = to_timespec(from->change_time),
	};
}

int stat_give(const struct file_stat *from, struct stat *to)
{
	struct stat converted;

	stat_convert(from, &converted);
	return touch_copy(to, &converted, sizeof converted) ? 0 : -EFAULT;
}

int sys_stat_fd(int fd, struct stat *stat)
{
	struct file_stat raw;
	WITH_FILE(fd, file_stat(file->slot, &raw));

	return status == KN_OK ? stat_give(&raw, stat) : to_errno(status);
}

int sys_truncate_fd(int fd, off_t length)
{
	if (length < 0)
		return -EINVAL;
	WITH_FILE(fd, file_truncate(file->slot, (uint64_t)length));
	return to_errno(status);
}

ssize_t sys_read_directory(int fd, void *entries, size_t size)
{
	size_t length = 0;
	WITH_FILE(fd, file_read_directory(file->slot, entries, size < FILE_INLINE_MAX ? size : FILE_INLINE_MAX, &length));

	return status == KN_OK ? (ssize_t)length : to_errno(status);
}

int sys_fsync(int fd)
{
	WITH_FILE(fd, file_sync(file->slot));
	return to_errno(status);
}

int sys_sync(void)
{
	return to_errno(PERSIST(vfs_sync_all(SLOT(VFS))));
}

/* By who calls, not by who opened: a descriptor may come from somebody else. */
static int set_attributes(int fd, uint32_t mask, mode_t mode, uid_t uid, gid_t gid, int64_t access, int64_t modify)
{
	struct file *file = file_take(fd);
	kn_status status = KN_E_NOT_SUPPORTED;

	if (!file)
		return -EBADF;
	if (!file->is_terminal)
		status = PERSIST(vfs_set_attributes(SLOT(VFS), file->slot, 0, mask, mode, uid, gid, access, modify, "", 0));
	file_drop(file);
	return status == KN_E_NOT_DIRECTORY ? -EINVAL : to_errno(status); /* pipes and sockets have none */
}

int sys_set_mode_fd(int fd, mode_t mode)
{
	return set_attributes(fd, VFS_ATTRIBUTE_MODE, mode & 07777, 0, 0, -1, -1);
}

int sys_set_owner_fd(int fd, uid_t uid, gid_t gid)
{
	return set_attributes(fd, VFS_ATTRIBUTE_OWNER, 0, uid, gid, -1, -1);
}

int64_t time_argument(const struct timespec *time)
{
	if (time->tv_nsec == UTIME_OMIT)
		return -1;
	if (time->tv_nsec == UTIME_NOW)
		return -2;
	return time->tv_sec * 1000000000 + time->tv_nsec;
}

int sys_set_times_fd(int fd, const struct timespec times[2])
{
	return set_attributes(fd, VFS_ATTRIBUTE_TIMES, 0, 0, 0, times ? time_argument(&times[0]) : -2,
	    times ? time_argument(&times[1]) : -2);
}

long sys_available(int fd)
{
	uint64_t bytes = 0;
	WITH_FILE(fd, file_available(file->slot, &bytes));

	return status == KN_OK ? (long)bytes : to_errno(status);
}

static int get_flags(int fd)
{
	uint32_t now = 0, kind = 0;
	WITH_FILE(fd, file_set_flags(file->slot, 0, 0, &now, &kind));

	if (status != KN_OK)
		return to_errno(status);
	int flags = now & FILE_FLAG_PATH ? O_PATH
	    : (now & FILE_FLAG_READ) && (now & FILE_FLAG_WRITE) ? O_RDWR
	    : now & FILE_FLAG_WRITE ? O_WRONLY
				    : O_RDONLY;
	if (now & FILE_FLAG_APPEND)
		flags |= O_APPEND;
	if (now & FILE_FLAG_NONBLOCK)
		flags |= O_NONBLOCK;
	return flags;
}

static int set_flags(int fd, long flags)
{
	uint32_t now, kind;
	uint32_t wanted = (flags & O_APPEND ? FILE_FLAG_APPEND : 0) | (flags & O_NONBLOCK ? FILE_FLAG_NONBLOCK : 0);
	WITH_FILE(fd, file_set_flags(file->slot, FILE_FLAG_APPEND | FILE_FLAG_NONBLOCK, wanted, &now, &kind));

	return to_errno(status);
}

int sys_fcntl(int fd, int request, long argument)
{
	int result;

	switch (request) {
	case F_DUPFD:
		return sys_dup(fd, (int)argument, 0);
	case F_DUPFD_CLOEXEC:
		return sys_dup(fd, (int)argument, O_CLOEXEC);
	case F_GETFD:
		return table_private(fd, -1);
	case F_SETFD:
		result = table_private(fd, argument & FD_CLOEXEC);
		return result < 0 ? result : 0;
	case F_GETFL:
		return get_flags(fd);
	case F_SETFL:
		return set_flags(fd, argument);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
		return record_lock(fd, request, (struct flock *)argument);
	default:
		return table_private(fd, -1) < 0 ? -EBADF : -EINVAL;
	}
}

int sys_statvfs_fd(int fd, struct statvfs *result)
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	/* The filesystem of a directory is asked through it; any other file's is the root's. */
	bool is_directory = file->kind == FILE_KIND_DIRECTORY;
	file_drop(file);
	(void)is_directory;
	return sys_statvfs("/", result);
}
