/* SPDX-License-Identifier: BSD-2-Clause */
/* Advice is heard and not needed; room is made by writing. */
#include "../internal.h"

#include <fcntl.h>
#include <sys/file.h>

int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
	struct stat stat;
	int error = sys_stat_fd(fd, &stat);

	(void)offset;
	if (error)
		return -error;
	if (S_ISFIFO(stat.st_mode))
		return ESPIPE;
	return length < 0 || advice < 0 || advice > POSIX_FADV_NOREUSE ? EINVAL : 0;
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
	struct stat stat;
	int error;

	if (offset < 0 || length <= 0)
		return EINVAL;
	error = sys_stat_fd(fd, &stat);
	if (error == 0 && stat.st_size < offset + length)
		error = sys_truncate_fd(fd, offset + length);
	return -error;
}

int flock(int fd, int operation)
{
	return (int)result(sys_flock(fd, operation));
}
