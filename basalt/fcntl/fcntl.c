/* SPDX-License-Identifier: BSD-2-Clause */
/* fcntl. */
#include "../internal.h"

#include <fcntl.h>
#include <stdarg.h>

int fcntl(int fd, int request, ...)
{
	va_list list;

	va_start(list, request);
	long argument = va_arg(list, long);
	va_end(list);
	if (request == F_DUPFD || request == F_DUPFD_CLOEXEC || request == F_SETFD || request == F_SETFL)
		argument = (int)argument;
	return (int)result(sys_fcntl(fd, request, argument));
}
