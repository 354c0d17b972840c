/* SPDX-License-Identifier: BSD-2-Clause */
/* The basename of libgen.h, which may change its argument. */
#include "../internal.h"

#include <libgen.h>
#include <string.h>

char *__xpg_basename(char *path)
{
	if (!path || !*path)
		return (char *)".";
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		path[--length] = 0;
	char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}
