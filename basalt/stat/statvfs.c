/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of a filesystem. */
#include "../internal.h"

#include <sys/statvfs.h>

int statvfs(const char *restrict path, struct statvfs *restrict result_)
{
	return (int)result(sys_statvfs(path, result_));
}

int fstatvfs(int fd, struct statvfs *result_)
{
	return (int)result(sys_statvfs_fd(fd, result_));
}
