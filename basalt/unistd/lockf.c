/* SPDX-License-Identifier: BSD-2-Clause */
/* lockf, by fcntl's locks. */
#include "../internal.h"

#include <fcntl.h>
#include <unistd.h>

int lockf(int fd, int operation, off_t length)
{
	struct flock range = {.l_whence = SEEK_CUR, .l_len = length, .l_type = F_WRLCK};

	switch (operation) {
	case F_ULOCK:
		range.l_type = F_UNLCK;
		return fcntl(fd, F_SETLK, &range);
	case F_LOCK:
		return fcntl(fd, F_SETLKW, &range);
	case F_TLOCK:
		return fcntl(fd, F_SETLK, &range);
	case F_TEST:
		if (fcntl(fd, F_GETLK, &range) < 0)
			return -1;
		if (range.l_type == F_UNLCK)
			return 0;
		errno = EACCES;
		return -1;
	default:
		errno = EINVAL;
		return -1;
	}
}
