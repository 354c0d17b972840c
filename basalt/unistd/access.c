/* SPDX-License-Identifier: BSD-2-Clause */
/* access and its relatives. */
#include "../internal.h"

#include <fcntl.h>
#include <unistd.h>

int access(const char *path, int mode)
{
	return (int)result(sys_access(AT_FDCWD, path, mode, 0));
}

int faccessat(int base, const char *path, int mode, int flags)
{
	return (int)result(sys_access(base, path, mode, flags));
}

int eaccess(const char *path, int mode)
{
	return (int)result(sys_access(AT_FDCWD, path, mode, AT_EACCESS));
}

int euidaccess(const char *path, int mode)
{
	return eaccess(path, mode);
}
