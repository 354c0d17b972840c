/* SPDX-License-Identifier: BSD-2-Clause */
/* realpath: every symbolic link and dot resolved. */
#include "../internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#define LINKS 40

char *realpath(const char *restrict path, char *restrict resolved)
{
	char out[PATH_MAX], rest[PATH_MAX], link[PATH_MAX];
	size_t length = 0;
	int links = 0;

	if (!path || !*path) {
		errno = path ? ENOENT : EINVAL;
		return nullptr;
	}
	if (strlcpy(rest, path, sizeof rest) >= sizeof rest) {
		errno = ENAMETOOLONG;
		return nullptr;
	}
	if (*path != '/') {
		if (!getcwd(out, sizeof out))
			return nullptr;
		length = strlen(out);
		if (length == 1)
			length = 0;
	}
	char *next = rest;
	while (*next) {
		struct stat stat;

		next += strspn(next, "/");
		size_t part = strcspn(next, "/");
		char *after = next + part;
		if (part == 0)
			break;
		if (part == 1 && next[0] == '.') {
			next = after;
			continue;
		}
		if (part == 2 && next[0] == '.' && next[1] == '.') {
			while (length && out[--length] != '/')
				;
			next = after;
			continue;
		}
		if (length + part + 2 > sizeof out) {
			errno = ENAMETOOLONG;
			return nullptr;
		}
		size_t before = length;
		out[length++] = '/';
		memcpy(out + length, next, part);
		length += part;
		out[length] = 0;
		if (lstat(out, &stat) < 0)
			return nullptr;
		if (!S_ISLNK(stat.st_mode)) {
			if (*after && !S_ISDIR(stat.st_mode)) {
				errno = ENOTDIR;
				return nullptr;
			}
			next = after;
			continue;
		}
		ssize_t size = ++links > LINKS ? -1 : readlink(out, link, sizeof link - 1);
		if (size < 0) {
			if (links > LINKS)
				errno = ELOOP;
			return nullptr;
		}
		if ((size_t)size + strlen(after) + 1 > sizeof link) {
			errno = ENAMETOOLONG;
			return nullptr;
		}
		strcpy(link + size, after);
		strcpy(rest, link);
		next = rest;
		length = *rest == '/' ? 0 : before;
	}
	if (length == 0)
		out[length++] = '/';
	out[length] = 0;
	return resolved ? strcpy(resolved, out) : strdup(out);
}

char *canonicalize_file_name(const char *path)
{
	return realpath(path, nullptr);
}
