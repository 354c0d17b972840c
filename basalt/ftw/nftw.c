/* SPDX-License-Identifier: BSD-2-Clause */
/* ftw and nftw. */
#include "../internal.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

typedef int (*visitor)(const char *, const struct stat *, int, struct FTW *);

struct walk {
	visitor visit;
	int (*plain)(const char *, const struct stat *, int);
	int flags;
	dev_t device;
	char path[PATH_MAX];
};

static int tell(struct walk *walk, const struct stat *stat, int type, int level)
{
	const char *slash = strrchr(walk->path, '/');
	struct FTW place = {.base = slash && slash[1] ? (int)(slash + 1 - walk->path) : 0, .level = level};

	if (walk->plain)
		return walk->plain(walk->path, stat, type == FTW_DP ? FTW_D : type == FTW_SLN ? FTW_NS : type);
	return walk->visit(walk->path, stat, type, &place);
}

static int visit_tree(struct walk *walk, size_t length, int level)
{
	struct stat stat;
	int type = FTW_F, result = 0;
	DIR *directory = nullptr;

	if ((walk->flags & FTW_PHYS ? lstat(walk->path, &stat) : fstatat(-100, walk->path, &stat, 0)) < 0) {
		if (errno != EACCES && errno != ENOENT)
			return -1;
		type = !(walk->flags & FTW_PHYS) && lstat(walk->path, &stat) == 0 ? FTW_SLN : FTW_NS;
	} else if (S_ISLNK(stat.st_mode)) {
		type = FTW_SL;
	} else if (S_ISDIR(stat.st_mode)) {
		type = walk->flags & FTW_DEPTH ? FTW_DP : FTW_D;
	}
	if (level == 0)
		walk->device = stat.st_dev;
	if (type != FTW_D && type != FTW_DP)
		return tell(walk, &stat, type, level);
	if (walk->flags & FTW_MOUNT && stat.st_dev != walk->device)
		return 0;
	directory = opendir(walk->path);
	if (!directory && errno == EACCES)
		return tell(walk, &stat, FTW_DNR, level);
	if (!directory)
		return -1;
	if (type == FTW_D)
		result = tell(walk, &stat, type, level);
	const struct dirent *entry;
	while (result == 0 && (entry = readdir(directory))) {
		size_t name = strlen(entry->d_name), at = length;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (length + name + 2 > sizeof walk->path) {
			errno = ENAMETOOLONG;
			result = -1;
			break;
		}
		if (walk->path[at - 1] != '/')
			walk->path[at++] = '/';
		memcpy(walk->path + at, entry->d_name, name + 1);
		result = visit_tree(walk, at + name, level + 1);
		walk->path[length] = 0;
	}
	closedir(directory);
	return result == 0 && type == FTW_DP ? tell(walk, &stat, type, level) : result;
}

static int start(struct walk *walk, const char *path)
{
	size_t length = strlen(path);

	if (length == 0 || length >= sizeof walk->path) {
		errno = length ? ENAMETOOLONG : ENOENT;
		return -1;
	}
	memcpy(walk->path, path, length + 1);
	while (length > 1 && walk->path[length - 1] == '/')
		walk->path[--length] = 0;
	return visit_tree(walk, length, 0);
}

int nftw(const char *path, visitor visit, int descriptors, int flags)
{
	struct walk walk = {.visit = visit, .flags = flags};

	(void)descriptors;
	if (flags & FTW_CHDIR) {
		errno = ENOSYS;
		return -1;
	}
	return start(&walk, path);
}

int ftw(const char *path, int (*visit)(const char *, const struct stat *, int), int descriptors)
{
	struct walk walk = {.plain = visit};

	(void)descriptors;
	return start(&walk, path);
}
