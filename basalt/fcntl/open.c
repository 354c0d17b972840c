/* SPDX-License-Identifier: BSD-2-Clause */
/* open, openat, creat. */
#include "../internal.h"

#include <fcntl.h>
#include <stdarg.h>

int open(const char *path, int flags, ...)
{
	va_list list;

	va_start(list, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
	va_end(list);
	return (int)result(sys_open(AT_FDCWD, path, flags, mode));
}

int openat(int base, const char *path, int flags, ...)
{
	va_list list;

	va_start(list, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
	va_end(list);
	return (int)result(sys_open(base, path, flags, mode));
}

int creat(const char *path, mode_t mode)
{
	return (int)result(sys_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode));
}
