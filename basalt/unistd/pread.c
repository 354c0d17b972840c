/* SPDX-License-Identifier: BSD-2-Clause */
/* pread. */
#include "../internal.h"

#include <unistd.h>

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
	return result(sys_pread(fd, data, size, offset));
}
