/* SPDX-License-Identifier: BSD-2-Clause */
/* lseek. */
#include "../internal.h"

#include <unistd.h>

off_t lseek(int fd, off_t offset, int whence)
{
	return result(sys_seek(fd, offset, whence));
}
