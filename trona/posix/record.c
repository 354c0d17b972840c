/* SPDX-License-Identifier: BSD-2-Clause */
/* Advisory locks of files: flock() and the record locks of fcntl(). */

#include "posix.h"

#include "client/vfs.h"

/* Waits for others, until a signal comes. Asked through the process's own capability: that is who it is. */
static int lock_file(int fd, bool of_process, uint32_t wait, const struct vfs_lock *lock, struct vfs_lock *conflict)
{
	struct file *file = file_take(fd);
	kn_status status;

	if (!file)
		return -EBADF;
	RESTART(status, vfs_lock(SLOT(VFS), file->slot, of_process, wait, lock, conflict));
	file_drop(file);
	return to_errno(status);
}

void record_unlock(kn_cap slot)
{
	const struct vfs_lock all = {.type = VFS_LOCK_TYPE_UNLOCK};
	struct vfs_lock conflict;

	(void)PERSIST(vfs_lock(SLOT(VFS), slot, true, VFS_LOCK_WAIT_FAIL, &all, &conflict));
}

int sys_flock(int fd, int operation)
{
	struct vfs_lock lock = {}, conflict;

	switch (operation & ~LOCK_NB) {
	case LOCK_SH:
		lock.type = VFS_LOCK_TYPE_READ;
		break;
	case LOCK_EX:
		lock.type = VFS_LOCK_TYPE_WRITE;
		break;
	case LOCK_UN:
		lock.type = VFS_LOCK_TYPE_UNLOCK;
		break;
	default:
		return -EINVAL;
	}
	return lock_file(fd, false, operation & LOCK_NB ? VFS_LOCK_WAIT_FAIL : VFS_LOCK_WAIT_WAIT, &lock, &conflict);
}

/* Where l_start counts from, into *origin: 0 or -errno. */
static int find_origin(int fd, short whence, off_t *origin)
{
	struct stat stat;
	int error;

	switch (whence) {
	case SEEK_SET:
		*origin = 0;
		return 0;
	case SEEK_CUR:
		*origin = sys_seek(fd, 0, SEEK_CUR);
		return *origin < 0 ? (int)*origin : 0;
	case SEEK_END:
		error = sys_stat_fd(fd, &stat);
		if (error == 0)
			*origin = stat.st_size;
		return error;
	default:
		return -EINVAL;
	}
}

/* The bytes that `range` names: 0 or -errno. A negative length means those in front of the start. */
static int find_bytes(int fd, const struct flock *range, struct vfs_lock *lock)
{
	off_t start;
	int error = find_origin(fd, range->l_whence, &start);

	if (error != 0)
		return error;
	if (__builtin_add_overflow(start, range->l_start, &start))
		return -EOVERFLOW;
	const bool is_backwards = range->l_len < 0;
	if (is_backwards && __builtin_add_overflow(start, range->l_len, &start))
		return -EINVAL;
	if (start < 0)
		return -EINVAL;
	lock->start = (uint64_t)start;
	lock->length = (uint64_t)(is_backwards ? -range->l_len : range->l_len);
	return 0;
}

int record_lock(int fd, int request, struct flock *range)
{
	struct vfs_lock lock = {.type = (uint32_t)range->l_type}, conflict = {};
	const uint32_t wait = request == F_GETLK ? VFS_LOCK_WAIT_ONLY_ASK : request == F_SETLKW ? VFS_LOCK_WAIT_WAIT : VFS_LOCK_WAIT_FAIL;

	if (range->l_type < 0 || range->l_type > 2)
		return -EINVAL;
	int error = find_bytes(fd, range, &lock);
	if (error != 0)
		return error;
	if (request != F_GETLK && range->l_type != F_UNLCK)
		process.has_locks = true;
	error = lock_file(fd, true, wait, &lock, &conflict);
	if (request != F_GETLK || error != 0)
		return error;
	/* POSIX: if nobody is in the way the rest of it stays as it was. */
	range->l_type = (short)conflict.type;
	if (conflict.type == VFS_LOCK_TYPE_UNLOCK)
		return 0;
	range->l_whence = SEEK_SET;
	range->l_start = (off_t)conflict.start;
	range->l_len = (off_t)conflict.length;
	range->l_pid = (pid_t)conflict.pid;
	return 0;
}
