/* SPDX-License-Identifier: BSD-2-Clause */
/* stat and its relatives. */
#include "../internal.h"

#include <fcntl.h>
#include <sys/stat.h>

int stat(const char *restrict path, struct stat *restrict buffer)
{
	return (int)result(sys_stat(AT_FDCWD, path, buffer, 0));
}

int lstat(const char *restrict path, struct stat *restrict buffer)
{
	return (int)result(sys_stat(AT_FDCWD, path, buffer, AT_SYMLINK_NOFOLLOW));
}

int fstat(int fd, struct stat *buffer)
{
	return (int)result(sys_stat_fd(fd, buffer));
}

int fstatat(int base, const char *restrict path, struct stat *restrict buffer, int flags)
{
	return (int)result(sys_stat(base, path, buffer, flags));
}
