/* SPDX-License-Identifier: BSD-2-Clause */
/* Permission bits. */
#include "../internal.h"

#include <fcntl.h>
#include <sys/stat.h>

int chmod(const char *path, mode_t mode)
{
	return (int)result(sys_set_mode(AT_FDCWD, path, mode, 0));
}

int lchmod(const char *path, mode_t mode)
{
	return (int)result(sys_set_mode(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW));
}

int fchmod(int fd, mode_t mode)
{
	return (int)result(sys_set_mode_fd(fd, mode));
}

int fchmodat(int base, const char *path, mode_t mode, int flags)
{
	return (int)result(sys_set_mode(base, path, mode, flags));
}

mode_t umask(mode_t mask)
{
	return sys_umask(mask);
}

mode_t getumask(void)
{
	mode_t mask = sys_umask(077);

	(void)sys_umask(mask);
	return mask;
}
