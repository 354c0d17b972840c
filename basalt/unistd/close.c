/* SPDX-License-Identifier: BSD-2-Clause */
/* close and its relatives for many descriptors. */
#include "../internal.h"

#include <fcntl.h>
#include <unistd.h>

int close(int fd)
{
	return (int)result(sys_close(fd));
}

int close_range(unsigned first, unsigned last, int flags)
{
	if (first > last || flags & ~4) {
		errno = EINVAL;
		return -1;
	}
	for (unsigned fd = first; fd <= last && fd < (unsigned)sys_descriptor_limit(); fd++) {
		if (flags & 4)
			(void)sys_fcntl((int)fd, F_SETFD, FD_CLOEXEC);
		else
			(void)sys_close((int)fd);
	}
	return 0;
}

void closefrom(int first)
{
	(void)close_range((unsigned)(first < 0 ? 0 : first), ~0u, 0);
}
