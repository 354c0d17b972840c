/* SPDX-License-Identifier: BSD-2-Clause */
/* read. */
#include "../internal.h"

#include <unistd.h>

ssize_t read(int fd, void *data, size_t size)
{
	return result(sys_read(fd, data, size));
}
