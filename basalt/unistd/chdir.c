/* SPDX-License-Identifier: BSD-2-Clause */
/* The current directory. */
#include "../internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int chdir(const char *path)
{
	return (int)result(sys_chdir(path));
}

int fchdir(int fd)
{
	return (int)result(sys_chdir_fd(fd));
}

char *getcwd(char *path, size_t size)
{
	char whole[PATH_MAX];

	if (path && size == 0) {
		errno = EINVAL;
		return nullptr;
	}
	ssize_t length = result(sys_getcwd(path && size <= sizeof whole ? path : whole, path && size <= sizeof whole ? size : sizeof whole));
	if (length < 0)
		return nullptr;
	if (!path)
		return size && (size_t)length > size ? (errno = ERANGE, nullptr) : strdup(whole);
	return size <= sizeof whole ? path : strcpy(path, whole);
}

char *getwd(char *path)
{
	return getcwd(path, PATH_MAX);
}

char *get_current_dir_name(void)
{
	return getcwd(nullptr, 0);
}
