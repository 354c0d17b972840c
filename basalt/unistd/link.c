/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of files: link, symlink, readlink, unlink, rmdir. */
#include "../internal.h"

#include <fcntl.h>
#include <unistd.h>

int link(const char *from, const char *to)
{
	return (int)result(sys_link(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int linkat(int from_base, const char *from, int to_base, const char *to, int flags)
{
	return (int)result(sys_link(from_base, from, to_base, to, flags));
}

int symlink(const char *target, const char *path)
{
	return (int)result(sys_symlink(target, AT_FDCWD, path));
}

int symlinkat(const char *target, int base, const char *path)
{
	return (int)result(sys_symlink(target, base, path));
}

ssize_t readlink(const char *restrict path, char *restrict target, size_t size)
{
	return readlinkat(AT_FDCWD, path, target, size);
}

ssize_t readlinkat(int base, const char *restrict path, char *restrict target, size_t size)
{
	return result(size == 0 ? -EINVAL : sys_read_link(base, path, target, size));
}

int unlink(const char *path)
{
	return (int)result(sys_unlink(AT_FDCWD, path, 0));
}

int unlinkat(int base, const char *path, int flags)
{
	return (int)result(sys_unlink(base, path, flags));
}

int rmdir(const char *path)
{
	return (int)result(sys_unlink(AT_FDCWD, path, AT_REMOVEDIR));
}
