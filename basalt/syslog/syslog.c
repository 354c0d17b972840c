/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages for the log go to the console. */
#include "../internal.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static const char *ident;
static int options, mask = 0xff;

void openlog(const char *name, int how, int facility)
{
	(void)facility;
	ident = name;
	options = how;
}

void closelog(void)
{
	ident = nullptr;
}

int setlogmask(int new_mask)
{
	int old = mask;

	if (new_mask)
		mask = new_mask;
	return old;
}

void vsyslog(int priority, const char *format, va_list list)
{
	char text[1024];

	if (!(mask & LOG_MASK(LOG_PRI(priority))))
		return;
	int length = snprintf(text, sizeof text, options & LOG_PID ? "%s[%d]: " : "%s: ", ident ? ident : getprogname(), (int)getpid());
	length += vsnprintf(text + length, sizeof text - (size_t)length - 1, format, list);
	if ((size_t)length > sizeof text - 2)
		length = sizeof text - 2;
	text[length++] = '\n';
	int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) {
		(void)write(fd, text, (size_t)length);
		close(fd);
	}
	if (options & LOG_PERROR)
		(void)write(2, text, (size_t)length);
}

void syslog(int priority, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsyslog(priority, format, list);
	va_end(list);
}
