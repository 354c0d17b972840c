/* SPDX-License-Identifier: BSD-2-Clause */
/* rename and its relatives. */

#include "../internal.h"

#include <fcntl.h>
#include <stdio.h>

int rename(const char *from, const char *to)
{
	return (int)result(sys_rename(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat(int from_base, const char *from, int to_base, const char *to)
{
	return (int)result(sys_rename(from_base, from, to_base, to, 0));
}

int renameat2(int from_base, const char *from, int to_base, const char *to, unsigned flags)
{
	if (flags & ~1u) {
		errno = EINVAL;
		return -1;
	}
	return (int)result(sys_rename(from_base, from, to_base, to, flags));
}
