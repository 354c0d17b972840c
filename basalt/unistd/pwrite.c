/* SPDX-License-Identifier: BSD-2-Clause */
/* pwrite. */
#include "../internal.h"

#include <unistd.h>

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	return result(sys_pwrite(fd, data, size, offset));
}
