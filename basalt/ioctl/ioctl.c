/* SPDX-License-Identifier: BSD-2-Clause */
/* ioctl: the requests that are other calls by another name. */
#include "../internal.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <termios.h>

static long set_nonblock(int fd, const int *on)
{
	int flags = sys_fcntl(fd, F_GETFL, 0);

	return flags < 0 ? flags : sys_fcntl(fd, F_SETFL, *on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static long tell(long value, int *out)
{
	if (value < 0)
		return value;
	*out = (int)value;
	return 0;
}

static long request_of(int fd, unsigned long request, void *argument)
{
	switch ((unsigned)request) {
	case TCGETS:
		return sys_tty_get(fd, argument);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return sys_tty_set(fd, (int)(request - TCSETS), argument);
	case TCSBRK:
		return (long)argument ? sys_tty_drain(fd) : sys_tty_break(fd);
	case TCXONC:
		return sys_tty_flow(fd, (int)(long)argument);
	case TCFLSH:
		return sys_tty_flush(fd, (int)(long)argument);
	case TIOCSCTTY:
		return sys_tty_control(fd, false, (long)argument == 1);
	case TIOCNOTTY:
		return sys_tty_control(fd, true, false);
	case TIOCGPGRP:
		return tell(sys_tty_foreground(fd, 0), argument);
	case TIOCSPGRP:
		return sys_tty_foreground(fd, *(const int *)argument);
	case TIOCGSID:
		return tell(sys_tty_session(fd), argument);
	case TIOCGWINSZ:
	case TIOCSWINSZ:
		return sys_tty_window(fd, argument, request == TIOCSWINSZ);
	case TIOCOUTQ:
		return tell(0, argument);
	case TIOCGPTN:
		return tell(sys_tty_number(fd), argument);
	case TIOCSPTLCK:
		return sys_tty_lock(fd, *(const int *)argument);
	case TIOCEXCL:
	case TIOCNXCL:
		return -ENOSYS;
	case FIONREAD:
		return tell(sys_available(fd), argument);
	case FIONBIO:
		return set_nonblock(fd, argument);
	case FIOCLEX:
		return sys_fcntl(fd, F_SETFD, FD_CLOEXEC);
	case FIONCLEX:
		return sys_fcntl(fd, F_SETFD, 0);
	default:
		return sys_fcntl(fd, F_GETFD, 0) < 0 ? -EBADF : -ENOTTY;
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list list;

	va_start(list, request);
	void *argument = va_arg(list, void *);
	va_end(list);
	return (int)result(request_of(fd, request, argument));
}
