/* SPDX-License-Identifier: BSD-2-Clause */
/* open, and making descriptors of what servers hand out. */

#include "posix.h"

#include "client/file.h"
#include "client/tty.h"
#include "client/vfs.h"

static uint32_t open_flags(int flags)
{
	uint32_t result = 0;
	int access = flags & O_ACCMODE;

	if (flags & O_PATH)
		result |= FILE_FLAG_PATH;
	else if (access == O_RDONLY)
		result |= FILE_FLAG_READ;
	else if (access == O_WRONLY)
		result |= FILE_FLAG_WRITE;
	else
		result |= FILE_FLAG_READ | FILE_FLAG_WRITE;
	if (flags & O_APPEND)
		result |= FILE_FLAG_APPEND;
	if (flags & O_NONBLOCK)
		result |= FILE_FLAG_NONBLOCK;
	if (flags & O_CREAT)
		result |= VFS_OPEN_CREATE;
	if (flags & O_EXCL)
		result |= VFS_OPEN_EXCLUSIVE;
	if (flags & O_TRUNC)
		result |= VFS_OPEN_TRUNCATE;
	if (flags & O_NOFOLLOW)
		result |= VFS_OPEN_NO_FOLLOW;
	if (flags & O_DIRECTORY)
		result |= VFS_OPEN_DIRECTORY_ONLY;
	if (flags & O_NOCTTY)
		result |= VFS_OPEN_NO_TTY;
	return result;
}

static enum file_local local_of(uint64_t device, uint32_t flags)
{
	enum file_local local = 0;

	if (flags & FILE_FLAG_READ && device == VFS_DEVICE_NULL)
		local |= LOCAL_READ_END;
	if (flags & FILE_FLAG_READ && device == VFS_DEVICE_ZERO)
		local |= LOCAL_READ_ZEROS;
	if (flags & FILE_FLAG_WRITE && device != VFS_DEVICE_OTHER)
		local |= LOCAL_DISCARD;
	return local;
}

/* A file with the given vfs flags; not in the table yet. */
int open_capability(int base, const char *path, uint32_t flags, mode_t mode, struct file **out)
{
	struct vfs_opened opened;
	kn_cap start;
	size_t length;
	bool has_file = false;
	kn_status status;
	int error = path_base(base, path, &start, &length);

	if (error)
		return error;
	kn_cap slot = slot_take();
	if (slot == KN_CAP_NONE)
		return -EMFILE;
	RESTART(status, vfs_open(SLOT(VFS), start, flags, mode & ~file_mask & 07777, path, length, &opened, slot, &has_file));
	if (status == KN_OK && opened.server == VFS_SERVER_TTY) {
		uint32_t number;

		RESTART(status, tty_open(SLOT(TTY), opened.device, flags, &number, slot));
		has_file = status == KN_OK;
		opened.kind = FILE_KIND_TERMINAL;
	}
	if (status != KN_OK || !has_file) {
		slot_give(slot);
		return status == KN_OK ? -EIO : to_errno(status);
	}
	struct file *file = file_make(slot, opened.kind, opened.server == VFS_SERVER_TTY);
	if (!file) {
		slot_delete(slot);
		return -ENOMEM;
	}
	if (opened.server == VFS_SERVER_SELF && opened.kind == FILE_KIND_DEVICE)
		file->local = local_of(opened.device, opened.flags);
	*out = file;
	return 0;
}

int sys_open(int base, const char *path, int flags, mode_t mode)
{
	struct file *file;
	int fd = path_is_descriptor(path);

	if (fd >= 0)
		return sys_dup(fd, 0, flags);
	if ((flags & O_TMPFILE) == O_TMPFILE) {
		fd = sys_anonymous_file(0);
		if (fd >= 0 && flags & O_CLOEXEC)
			(void)sys_fcntl(fd, F_SETFD, FD_CLOEXEC);
		return fd;
	}
	int error = open_capability(base, path, open_flags(flags), mode, &file);
	return error ? error : table_put(file, 0, flags & O_CLOEXEC);
}

int sys_anonymous_file(unsigned flags)
{
	kn_cap slot = slot_take();

	if (slot == KN_CAP_NONE)
		return -EMFILE;
	kn_status status = PERSIST(vfs_anonymous(SLOT(VFS), FILE_FLAG_READ | FILE_FLAG_WRITE, slot));
	if (status != KN_OK) {
		slot_give(slot);
		return to_errno(status);
	}
	struct file *file = file_make(slot, FILE_KIND_REGULAR, false);
	if (!file) {
		slot_delete(slot);
		return -ENOMEM;
	}
	return table_put(file, 0, flags & 1);
}

/* Two descriptors from two neighbouring slots. */
static int put_pair(kn_cap first, uint32_t kind, int flags, int fds[2])
{
	struct file *files[2];

	for (int i = 0; i < 2; i++) {
		files[i] = file_make(first + (unsigned)i, kind, false);
		if (!files[i]) {
			slot_delete(first + 1);
			if (i)
				file_drop(files[0]);
			else
				slot_delete(first);
			return -ENOMEM;
		}
	}
	fds[0] = table_put(files[0], 0, flags & O_CLOEXEC);
	if (fds[0] < 0) {
		file_drop(files[1]);
		return fds[0];
	}
	fds[1] = table_put(files[1], 0, flags & O_CLOEXEC);
	if (fds[1] < 0) {
		(void)sys_close(fds[0]);
		return fds[1];
	}
	return 0;
}

int pair_make(uint32_t kind, int flags, int fds[2])
{
	int pair[2];
	kn_cap slot = slot_take_run(2);

	if (slot == KN_CAP_NONE)
		return -EMFILE;
	kn_status status = PERSIST(vfs_pair(SLOT(VFS), kind, flags & O_NONBLOCK ? FILE_FLAG_NONBLOCK : 0, slot));
	if (status != KN_OK) {
		slot_give(slot);
		slot_give(slot + 1);
		return status == KN_E_NO_SLOT || status == KN_E_QUOTA ? -ENFILE : to_errno(status);
	}
	int error = put_pair(slot, kind == VFS_PAIR_PIPE ? FILE_KIND_PIPE : FILE_KIND_SOCKET, flags, pair);
	if (error == 0) {
		fds[0] = pair[0];
		fds[1] = pair[1];
	}
	return error;
}

int sys_pipe(int fds[2], int flags)
{
	return pair_make(VFS_PAIR_PIPE, flags, fds);
}
