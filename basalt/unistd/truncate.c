/* SPDX-License-Identifier: BSD-2-Clause */
/* Lengths of files, and making them stable. */
#include "../internal.h"

#include <unistd.h>

int truncate(const char *path, off_t length)
{
	return (int)result(sys_truncate(path, length));
}

int ftruncate(int fd, off_t length)
{
	return (int)result(sys_truncate_fd(fd, length));
}

int fsync(int fd)
{
	return (int)result(sys_fsync(fd));
}

int fdatasync(int fd)
{
	return (int)result(sys_fsync(fd));
}

void sync(void)
{
	(void)sys_sync();
}

int syncfs(int fd)
{
	return (int)result(sys_fsync(fd));
}
