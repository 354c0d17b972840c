/* SPDX-License-Identifier: BSD-2-Clause */
/* dup, dup2, dup3. */
#include "../internal.h"

#include <fcntl.h>
#include <unistd.h>

int dup(int fd)
{
	return (int)result(sys_dup(fd, 0, 0));
}

int dup2(int fd, int target)
{
	if (fd == target)
		return (int)result(sys_fcntl(fd, F_GETFD, 0) < 0 ? -EBADF : fd);
	return (int)result(sys_dup_to(fd, target, 0));
}

int dup3(int fd, int target, int flags)
{
	if (fd == target || flags & ~O_CLOEXEC) {
		errno = EINVAL;
		return -1;
	}
	return (int)result(sys_dup_to(fd, target, flags));
}
