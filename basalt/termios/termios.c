/* SPDX-License-Identifier: BSD-2-Clause */
/* Terminal attributes. */
#include "../internal.h"

#include <termios.h>
#include <sys/ioctl.h>
#include <stdarg.h>
#include <string.h>

int tcgetattr(int fd, struct termios *attributes)
{
	return (int)result(sys_tty_get(fd, attributes));
}

int tcsetattr(int fd, int when, const struct termios *attributes)
{
	return (int)result(sys_tty_set(fd, when, attributes));
}

int tcsendbreak(int fd, int duration)
{
	(void)duration;
	return (int)result(sys_tty_break(fd));
}

int tcdrain(int fd)
{
	return (int)result(sys_tty_drain(fd));
}

int tcflush(int fd, int queue)
{
	return (int)result(sys_tty_flush(fd, queue));
}

int tcflow(int fd, int action)
{
	return (int)result(sys_tty_flow(fd, action));
}

pid_t tcgetsid(int fd)
{
	return (pid_t)result(sys_tty_session(fd));
}

int tcgetwinsize(int fd, struct winsize *size)
{
	return (int)result(sys_tty_window(fd, size, false));
}

int tcsetwinsize(int fd, const struct winsize *size)
{
	struct winsize copy = *size;

	return (int)result(sys_tty_window(fd, &copy, true));
}

speed_t cfgetispeed(const struct termios *attributes)
{
	return attributes->c_ispeed;
}

speed_t cfgetospeed(const struct termios *attributes)
{
	return attributes->c_ospeed;
}

int cfsetispeed(struct termios *attributes, speed_t speed)
{
	attributes->c_ispeed = speed;
	return 0;
}

int cfsetospeed(struct termios *attributes, speed_t speed)
{
	attributes->c_ospeed = speed;
	return 0;
}

int cfsetspeed(struct termios *attributes, speed_t speed)
{
	attributes->c_ispeed = attributes->c_ospeed = speed;
	return 0;
}

void cfmakeraw(struct termios *attributes)
{
	attributes->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	attributes->c_oflag &= ~(tcflag_t)OPOST;
	attributes->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	attributes->c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
	attributes->c_cflag |= CS8;
	attributes->c_cc[VMIN] = 1;
	attributes->c_cc[VTIME] = 0;
}
