/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared memory objects are files in /dev/shm. */
#include "../internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool name_path(const char *name, char path[272])
{
	while (*name == '/')
		name++;
	if (!*name || strchr(name, '/') || strlen(name) > 255) {
		errno = strlen(name) > 255 ? ENAMETOOLONG : EINVAL;
		return false;
	}
	snprintf(path, 272, "/dev/shm/%s", name);
	return true;
}

int shm_open(const char *name, int flags, mode_t mode)
{
	char path[272];

	return name_path(name, path) ? open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode) : -1;
}

int shm_unlink(const char *name)
{
	char path[272];

	return name_path(name, path) ? unlink(path) : -1;
}

int memfd_create(const char *name, unsigned flags)
{
	(void)name;
	if (flags & ~(unsigned)(MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
		errno = EINVAL;
		return -1;
	}
	return (int)result(sys_anonymous_file(flags));
}
