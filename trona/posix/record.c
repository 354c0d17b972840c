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

int record_lock(int fd, int request, struct flock *range)
{
	struct stat stat;
	struct vfs_lock lock = {.type = (uint32_t)range->l_type}, conflict = {};
	uint32_t wait = request == F_GETLK ? VFS_LOCK_WAIT_ONLY_ASK : request == F_SETLKW ? VFS_LOCK_WAIT_WAIT : VFS_LOCK_WAIT_FAIL;
	off_t start = range->l_start;

	if (range->l_type < 0 || range->l_type > 2)
		return -EINVAL;
	if (range->l_whence == SEEK_CUR)
		start += sys_seek(fd, 0, SEEK_CUR);
	else if (range->l_whence == SEEK_END && sys_stat_fd(fd, &stat) == 0)
		start += stat.st_size;
	if (range->l_len < 0)
		start += range->l_len;
	if (start < 0)
		return -EINVAL;
	lock.start = (uint64_t)start;
	lock.length = (uint64_t)(range->l_len < 0 ? -range->l_len : range->l_len);
	if (request != F_GETLK && range->l_type != F_UNLCK)
		process.has_locks = true;
	int error = lock_file(fd, true, wait, &lock, &conflict);
	if (request == F_GETLK && error == 0) {
		range->l_type = (short)conflict.type;
		range->l_whence = SEEK_SET;
		range->l_start = (off_t)conflict.start;
		range->l_len = (off_t)conflict.length;
		range->l_pid = (pid_t)conflict.pid;
	}
	return error;
}
