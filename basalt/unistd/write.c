/* SPDX-License-Identifier: BSD-2-Clause */
/* write. */
#include "../internal.h"

#include <unistd.h>

ssize_t write(int fd, const void *data, size_t size)
{
	return result(sys_write(fd, data, size));
}
