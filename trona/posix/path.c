/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where paths start. Absolute ones at the root (no capability), relative ones at the current
 * directory or the given descriptor. /dev/fd and its like never reach the server: descriptors
 * are ours.
 */

#include "posix.h"

#include "uapi/protocol/vfs.h"

int path_base(int base, const char *path, kn_cap *out, size_t *length)
{
	if (!touch_read(path))
		return -EFAULT;
	*length = strlen(path);
	if (*length == 0)
		return -ENOENT;
	if (*length >= VFS_PATH_MAX)
		return -ENAMETOOLONG;
	if (*path == '/') {
		*out = KN_CAP_NONE;
	} else if (base == AT_FDCWD) {
		*out = directory_current();
	} else {
		struct file *file = table_look(base, nullptr);

		if (!file)
			return -EBADF;
		if (file->kind != FILE_KIND_DIRECTORY)
			return -ENOTDIR;
		*out = file->slot;
	}
	return 0;
}

static int number(const char *text)
{
	int value = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > 100000)
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value;
}

int path_is_descriptor(const char *path)
{
	if (!touch_read(path) || path[0] != '/' || (path[1] != 'd' && path[1] != 'p'))
		return -1;
	if (strncmp(path, "/dev/fd/", 8) == 0)
		return number(path + 8);
	if (strncmp(path, "/proc/self/fd/", 14) == 0)
		return number(path + 14);
	if (strcmp(path, "/dev/stdin") == 0)
		return 0;
	if (strcmp(path, "/dev/stdout") == 0)
		return 1;
	if (strcmp(path, "/dev/stderr") == 0)
		return 2;
	return -1;
}
