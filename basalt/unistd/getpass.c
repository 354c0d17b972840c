/* SPDX-License-Identifier: BSD-2-Clause */
/* A password from the terminal, without echo. */
#include "../internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

char *getpass(const char *prompt)
{
	static char text[128];
	struct termios before, quiet;
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return nullptr;
	if (tcgetattr(fd, &before) < 0) {
		close(fd);
		return nullptr;
	}
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_lflag |= ICANON;
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	(void)write(fd, prompt, strlen(prompt));
	ssize_t length = read(fd, text, sizeof text - 1);
	text[length > 0 && text[length - 1] == '\n' ? length - 1 : length > 0 ? length : 0] = 0;
	(void)tcsetattr(fd, TCSAFLUSH, &before);
	(void)write(fd, "\n", 1);
	close(fd);
	return length < 0 ? nullptr : text;
}
