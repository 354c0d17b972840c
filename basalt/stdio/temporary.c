/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary files with names that cannot be guessed. */

#include "../internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 100

/* Fills the six X before the suffix. */
static bool fill(char *pattern, int suffix)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t length = strlen(pattern);
	unsigned char random[6];

	if (suffix < 0 || length < (size_t)suffix + 6)
		return false;
	char *x = pattern + length - (size_t)suffix - 6;
	(void)sys_random(random, sizeof random, true);
	for (int i = 0; i < 6; i++)
		x[i] = letters[random[i] % 62];
	return true;
}

static bool is_pattern(const char *pattern, int suffix)
{
	size_t length = strlen(pattern);

	return suffix >= 0 && length >= (size_t)suffix + 6 && memcmp(pattern + length - (size_t)suffix - 6, "XXXXXX", 6) == 0;
}

int mkostemps(char *pattern, int suffix, int flags)
{
	if (!is_pattern(pattern, suffix)) {
		errno = EINVAL;
		return -1;
	}
	for (int i = 0; i < TRIES && fill(pattern, suffix); i++) {
		int fd = open(pattern, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);

		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

int mkstemp(char *pattern)
{
	return mkostemps(pattern, 0, 0);
}

int mkstemps(char *pattern, int suffix)
{
	return mkostemps(pattern, suffix, 0);
}

int mkostemp(char *pattern, int flags)
{
	return mkostemps(pattern, 0, flags);
}

char *mkdtemp(char *pattern)
{
	if (!is_pattern(pattern, 0)) {
		errno = EINVAL;
		return nullptr;
	}
	for (int i = 0; i < TRIES && fill(pattern, 0); i++) {
		if (mkdir(pattern, 0700) == 0)
			return pattern;
		if (errno != EEXIST)
			break;
	}
	return nullptr;
}

char *mktemp(char *pattern)
{
	struct stat stat;

	if (!is_pattern(pattern, 0)) {
		errno = EINVAL;
		*pattern = 0;
		return pattern;
	}
	for (int i = 0; i < TRIES && fill(pattern, 0); i++)
		if (lstat(pattern, &stat) < 0)
			return pattern;
	*pattern = 0;
	return pattern;
}
