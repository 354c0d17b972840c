/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudo-terminals. */
#include "../internal.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utmp.h>

int posix_openpt(int flags)
{
	return open("/dev/ptmx", flags);
}

int getpt(void)
{
	return posix_openpt(O_RDWR | O_NOCTTY);
}

int grantpt(int fd)
{
	return sys_tty_number(fd) < 0 ? (int)result(-EINVAL) : 0; /* the server made it the caller's */
}

int unlockpt(int fd)
{
	return (int)result(sys_tty_lock(fd, false));
}

int ptsname_r(int fd, char *name, size_t size)
{
	int number = sys_tty_number(fd);

	if (number < 0)
		return -number;
	return (size_t)snprintf(name, size, "/dev/pts/%d", number) >= size ? ERANGE : 0;
}

char *ptsname(int fd)
{
	static char name[32];
	int error = ptsname_r(fd, name, sizeof name);

	if (error) {
		errno = error;
		return nullptr;
	}
	return name;
}

int openpty(int *master, int *slave, char *name, const struct termios *attributes, const struct winsize *size)
{
	char path[32];
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	if (fd < 0)
		return -1;
	if (unlockpt(fd) < 0 || ptsname_r(fd, path, sizeof path) != 0 || (*slave = open(path, O_RDWR | O_NOCTTY)) < 0) {
		close(fd);
		return -1;
	}
	if (attributes)
		(void)tcsetattr(*slave, TCSANOW, attributes);
	if (size)
		(void)tcsetwinsize(*slave, size);
	if (name)
		strcpy(name, path);
	*master = fd;
	return 0;
}

int login_tty(int fd)
{
	(void)setsid();
	if (ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return -1;
	if (fd > 2)
		close(fd);
	return 0;
}

int forkpty(int *master, char *name, const struct termios *attributes, const struct winsize *size)
{
	int slave;

	if (openpty(master, &slave, name, attributes, size) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		close(*master);
		if (login_tty(slave) < 0)
			_exit(127);
		return 0;
	}
	close(slave);
	if (pid < 0)
		close(*master);
	return pid;
}
