/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe and pipe2. */
#include "../internal.h"

#include <fcntl.h>
#include <unistd.h>

int pipe(int fds[2])
{
	return (int)result(sys_pipe(fds, 0));
}

int pipe2(int fds[2], int flags)
{
	if (flags & ~(O_CLOEXEC | O_NONBLOCK)) {
		errno = EINVAL;
		return -1;
	}
	return (int)result(sys_pipe(fds, flags));
}
