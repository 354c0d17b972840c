/* SPDX-License-Identifier: BSD-2-Clause */
/* New directories, FIFOs and nodes. */
#include "../internal.h"

#include <fcntl.h>
#include <sys/stat.h>

int mkdir(const char *path, mode_t mode)
{
	return (int)result(sys_make_directory(AT_FDCWD, path, mode));
}

int mkdirat(int base, const char *path, mode_t mode)
{
	return (int)result(sys_make_directory(base, path, mode));
}

int mkfifo(const char *path, mode_t mode)
{
	return (int)result(sys_make_node(AT_FDCWD, path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0));
}

int mkfifoat(int base, const char *path, mode_t mode)
{
	return (int)result(sys_make_node(base, path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0));
}

int mknod(const char *path, mode_t mode, dev_t device)
{
	return (int)result(sys_make_node(AT_FDCWD, path, mode, device));
}

int mknodat(int base, const char *path, mode_t mode, dev_t device)
{
	return (int)result(sys_make_node(base, path, mode, device));
}
