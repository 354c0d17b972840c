/* SPDX-License-Identifier: BSD-2-Clause */
/* Small calls that are answered without asking anybody, and those that do not exist. */
#include "../internal.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sys/random.h>
#include <sys/resource.h>

int getpagesize(void)
{
	return 4096;
}

int chroot(const char *path)
{
	(void)path;
	errno = ENOSYS;
	return -1;
}

int nice(int change)
{
	int now;
	int error = sys_priority(PRIO_PROCESS, 0, 2, change, &now);

	return error ? (int)result(error == -EACCES ? -EPERM : error) : now;
}

int daemon(int keep_directory, int keep_files)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -1 : (_exit(0), 0);
	if (setsid() < 0)
		return -1;
	if (!keep_directory)
		(void)chdir("/");
	if (!keep_files) {
		int fd = open("/dev/null", O_RDWR);

		if (fd < 0)
			return -1;
		for (int i = 0; i < 3; i++)
			(void)dup2(fd, i);
		if (fd > 2)
			close(fd);
	}
	return 0;
}

int getentropy(void *data, size_t size)
{
	if (size > 256) {
		errno = EIO;
		return -1;
	}
	return result(sys_random(data, size, true)) < 0 ? -1 : 0;
}

ssize_t getrandom(void *data, size_t size, unsigned flags)
{
	if (flags & ~7u) {
		errno = EINVAL;
		return -1;
	}
	return result(sys_random(data, size, !(flags & GRND_NONBLOCK)));
}
