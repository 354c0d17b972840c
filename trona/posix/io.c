/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read and write. Short ones travel in the message, long ones through a window; terminals, which
 * belong to another server, always use messages.
 */

#include "posix.h"

#include "client/file.h"
#include "client/tty.h"
#include "client/vfs.h"

static bool touch_zeros(unsigned char *data, size_t size)
{
	static const unsigned char zeros[KN_PAGE_SIZE];

	while (size > sizeof zeros) {
		if (!touch_copy(data, zeros, sizeof zeros))
			return false;
		data += sizeof zeros;
		size -= sizeof zeros;
	}
	return touch_copy(data, zeros, size);
}

/* What the process knows itself, or VIEW_ASK. */
static ssize_t read_here(struct file *file, void *data, size_t size, uint64_t offset)
{
	if (file->kind == FILE_KIND_REGULAR)
		return view_read(file, data, size, offset);
	if (file->local & LOCAL_READ_END)
		return 0;
	if (file->local & LOCAL_READ_ZEROS)
		return touch_zeros(data, size) ? (ssize_t)size : -EFAULT;
	return VIEW_ASK;
}

static ssize_t read_part(struct file *file, void *data, size_t size, uint64_t offset)
{
	kn_status status;
	struct window *window = nullptr;
	ssize_t known = read_here(file, data, size, offset);

	if (known != VIEW_ASK)
		return known;
	/* Before anything is taken out of a pipe. */
	if (size && !touch_write(data))
		return -EFAULT;

	if (size > FILE_INLINE_MAX && !file->is_terminal)
		window = window_take();
	if (!window) {
		size_t length = 0;

		if (size > FILE_INLINE_MAX)
			size = FILE_INLINE_MAX;
		if (file->is_terminal)
			RESTART(status, tty_read(file->slot, SLOT(TTY), data, size, &length));
		else
			RESTART(status, file_read(file->slot, offset, data, size, &length));
		return status == KN_OK ? (ssize_t)length : to_errno(status);
	}
	uint32_t count = 0;
	RESTART(status, vfs_window_read(window->slot, file->slot, offset,
			    (uint32_t)(size < VFS_WINDOW_SIZE ? size : VFS_WINDOW_SIZE), &count));
	if (status == KN_OK && count > size)
		status = KN_E_BAD_MESSAGE;
	bool is_there = status != KN_OK || touch_copy(data, window->memory, count);
	window_give(window);
	return !is_there ? -EFAULT : status == KN_OK ? (ssize_t)count : to_errno(status);
}

/* As much as was asked for of files and devices, which have it at once; a pipe, socket or terminal gives what is there. */
static ssize_t read_file(struct file *file, void *data, size_t size, uint64_t offset)
{
	const bool is_whole = file->kind == FILE_KIND_REGULAR || file->kind == FILE_KIND_DEVICE;
	size_t done = 0;

	for (;;) {
		ssize_t part = read_part(file, (char *)data + done, size - done, offset == FILE_OFFSET_CURRENT ? offset : offset + done);

		if (part < 0)
			return done ? (ssize_t)done : part;
		done += (size_t)part;
		/* A short part is the end; without a window parts are messages. */
		if (!is_whole || done == size || (part != VFS_WINDOW_SIZE && part != FILE_INLINE_MAX))
			return (ssize_t)done;
	}
}

/* One message or window. */
static ssize_t write_part(struct file *file, const void *data, size_t size, uint64_t offset)
{
	kn_status status;
	uint32_t written = 0;
	struct window *window = nullptr;

	if (size > FILE_INLINE_MAX && !file->is_terminal)
		window = window_take();
	if (window) {
		if (size > VFS_WINDOW_SIZE)
			size = VFS_WINDOW_SIZE;
		if (!touch_copy(window->memory, data, size)) {
			window_give(window);
			return -EFAULT;
		}
		RESTART(status, vfs_window_write(window->slot, file->slot, offset, (uint32_t)size, &written));
		window_give(window);
	} else {
		if (size > FILE_INLINE_MAX)
			size = FILE_INLINE_MAX;
		if (size && (!touch_read(data) || !touch_read((const char *)data + size - 1)))
			return -EFAULT;
		if (file->is_terminal)
			RESTART(status, tty_write(file->slot, SLOT(TTY), data, size, &written));
		else
			RESTART(status, file_write(file->slot, offset, data, size, &written));
	}
	if (status == KN_OK && written > size)
		status = KN_E_BAD_MESSAGE;
	return status == KN_OK ? (ssize_t)written : to_errno(status);
}

static ssize_t write_file(struct file *file, const void *data, size_t size, uint64_t offset)
{
	size_t done = 0;

	if (file->local & LOCAL_DISCARD)
		return (ssize_t)size;
	do {
		ssize_t part = write_part(file, (const char *)data + done, size - done,
		    offset == FILE_OFFSET_CURRENT ? offset : offset + done);

		if (part < 0) {
			if (done)
				return (ssize_t)done;
			if (part == -EPIPE)
				signals_raise(SIGPIPE);
			return part;
		}
		done += (size_t)part;
		if (part == 0)
			break;
	} while (done < size);
	return (ssize_t)done;
}

ssize_t sys_read(int fd, void *data, size_t size)
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	ssize_t result = read_file(file, data, size, FILE_OFFSET_CURRENT);
	file_drop(file);
	return result;
}

ssize_t sys_write(int fd, const void *data, size_t size)
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	ssize_t result = write_file(file, data, size, FILE_OFFSET_CURRENT);
	file_drop(file);
	return result;
}

static int check_position(const struct file *file, off_t offset)
{
	if (offset < 0)
		return -EINVAL;
	return file->kind == FILE_KIND_PIPE || file->kind == FILE_KIND_SOCKET || file->kind == FILE_KIND_TERMINAL ? -ESPIPE : 0;
}

ssize_t sys_pread(int fd, void *data, size_t size, off_t offset)
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	ssize_t result = check_position(file, offset);
	if (result == 0)
		result = read_file(file, data, size, (uint64_t)offset);
	file_drop(file);
	return result;
}

ssize_t sys_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	ssize_t result = check_position(file, offset);
	if (result == 0)
		result = write_file(file, data, size, (uint64_t)offset);
	file_drop(file);
	return result;
}
