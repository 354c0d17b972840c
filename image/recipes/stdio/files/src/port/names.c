/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary files and the removal of names. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "stdio_impl.h"

enum { TRIES = 100 };

/* Six characters that nobody can guess. */
void __randname(char *six)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	for (int i = 0; i < 6; i++)
		six[i] = letters[arc4random_uniform(sizeof letters - 1)];
}

int remove(const char *path)
{
	if (unlink(path) == 0)
		return 0;
	return errno == EISDIR || errno == EPERM ? rmdir(path) : -1;
}

FILE *tmpfile(void)
{
	for (int i = 0; i < TRIES; i++) {
		char name[] = "/tmp/tmpfile_XXXXXX";
		__randname(name + 13);
		int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno == EEXIST)
			continue;
		if (fd < 0)
			return NULL;
		unlink(name);
		FILE *f = fdopen(fd, "w+");
		if (!f)
			close(fd);
		return f;
	}
	return NULL;
}

static int is_free(char *name, char *six)
{
	for (int i = 0; i < TRIES; i++) {
		__randname(six);
		if (access(name, F_OK) && errno == ENOENT)
			return 1;
	}
	return 0;
}

char *tmpnam(char *buffer)
{
	static char own[L_tmpnam];
	char name[] = "/tmp/tmpnam_XXXXXX";
	if (!is_free(name, name + 12))
		return NULL;
	return strcpy(buffer ? buffer : own, name);
}

char *tempnam(const char *directory, const char *prefix)
{
	char *name;
	if (asprintf(&name, "%s/%s_XXXXXX", directory ? directory : P_tmpdir, prefix ? prefix : "temp") < 0)
		return NULL;
	if (is_free(name, name + strlen(name) - 6))
		return name;
	free(name);
	return NULL;
}
