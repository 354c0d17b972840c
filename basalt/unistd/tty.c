/* SPDX-License-Identifier: BSD-2-Clause */
/* Terminals as unistd.h sees them. */
#include "../internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int isatty(int fd)
{
	struct winsize window;
	int error = sys_tty_window(fd, &window, false);

	if (error == 0)
		return 1;
	errno = error == -EBADF ? EBADF : ENOTTY;
	return 0;
}

int ttyname_r(int fd, char *name, size_t size)
{
	struct stat stat;
	int number = sys_tty_number(fd);

	if (number == -EBADF)
		return EBADF;
	if (!isatty(fd))
		return ENOTTY;
	if (size < 16)
		return ERANGE;
	if (number >= 0) {
		snprintf(name, size, "/dev/pts/%d", number);
		if (sys_stat(-100, name, &stat, 0) == 0)
			return 0;
	}
	strcpy(name, "/dev/console");
	return 0;
}

char *ttyname(int fd)
{
	static char name[TTY_NAME_MAX];
	int error = ttyname_r(fd, name, sizeof name);

	if (error) {
		errno = error;
		return nullptr;
	}
	return name;
}

pid_t tcgetpgrp(int fd)
{
	return (pid_t)result(sys_tty_foreground(fd, 0));
}

int tcsetpgrp(int fd, pid_t group)
{
	if (group <= 0) {
		errno = EINVAL;
		return -1;
	}
	return (int)result(sys_tty_foreground(fd, group));
}
