/* SPDX-License-Identifier: BSD-2-Clause */
/* glob: patterns along paths, one directory level at a time. */
#include "../internal.h"

#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct search {
	glob_t *found;
	int flags;
	int (*on_error)(const char *, int);
	size_t room;
};

static bool is_pattern(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strchr("*?[", text[i]))
			return true;
	return false;
}

static int add(struct search *search, const char *path, bool mark)
{
	glob_t *found = search->found;
	size_t at = found->gl_pathc + found->gl_offs, length = strlen(path);

	if (at + 2 > search->room) {
		size_t room = search->room ? 2 * search->room : at + 16;
		char **more = realloc(found->gl_pathv, room * sizeof *more);

		if (!more)
			return GLOB_NOSPACE;
		if (!found->gl_pathv)
			memset(more, 0, found->gl_offs * sizeof *more);
		found->gl_pathv = more;
		search->room = room;
	}
	char *copy = malloc(length + 2);
	if (!copy)
		return GLOB_NOSPACE;
	memcpy(copy, path, length + 1);
	if (mark && length && copy[length - 1] != '/')
		strcpy(copy + length, "/");
	found->gl_pathv[at] = copy;
	found->gl_pathv[at + 1] = nullptr;
	found->gl_pathc++;
	return 0;
}

static int finish(struct search *search, const char *path)
{
	struct stat stat;
	bool is_there = lstat(path, &stat) == 0, is_directory;

	if (!is_there)
		return 0;
	is_directory = S_ISDIR(stat.st_mode);
	if (S_ISLNK(stat.st_mode) && search->flags & (GLOB_MARK | GLOB_ONLYDIR)) {
		struct stat target;

		is_directory = !lstat(path, &stat) && ! (fstatat(-100, path, &target, 0)) && S_ISDIR(target.st_mode);
	}
	if (search->flags & GLOB_ONLYDIR && !is_directory)
		return 0;
	return add(search, path, search->flags & GLOB_MARK && is_directory);
}

/* `path` is complete up to `length`; `rest` is the pattern still to be matched. */
static int expand(struct search *search, char *path, size_t length, const char *rest)
{
	char part[NAME_MAX * 2 + 1];

	while (*rest == '/') {
		if (length + 1 >= PATH_MAX)
			return 0;
		path[length++] = *rest++;
	}
	path[length] = 0;
	if (!*rest)
		return finish(search, length ? path : ".");
	size_t size = strcspn(rest, "/");
	if (size >= sizeof part)
		return 0;
	memcpy(part, rest, size);
	part[size] = 0;
	if (!is_pattern(part, size)) {
		/* A literal part: only the backslashes go. */
		for (const char *c = part; *c; c++) {
			if (*c == '\\' && c[1] && !(search->flags & GLOB_NOESCAPE))
				c++;
			if (length + 1 >= PATH_MAX)
				return 0;
			path[length++] = *c;
		}
		path[length] = 0;
		return expand(search, path, length, rest + size);
	}
	DIR *directory = opendir(length ? path : ".");
	if (!directory) {
		if (errno != ENOENT && errno != ENOTDIR &&
		    ((search->on_error && search->on_error(length ? path : ".", errno)) || search->flags & GLOB_ERR))
			return GLOB_ABORTED;
		return 0;
	}
	const struct dirent *entry;
	int error = 0;
	int how = FNM_PATHNAME | (search->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0) | (search->flags & GLOB_PERIOD ? 0 : FNM_PERIOD);
	while (error == 0 && (entry = readdir(directory))) {
		size_t name = strlen(entry->d_name);

		if (fnmatch(part, entry->d_name, how) != 0 || length + name + 1 >= PATH_MAX)
			continue;
		memcpy(path + length, entry->d_name, name + 1);
		error = expand(search, path, length + name, rest + size);
	}
	closedir(directory);
	return error;
}

static int compare(const void *a, const void *b)
{
	return strcoll(*(char *const *)a, *(char *const *)b);
}

/* "~" and "~user" at the start. */
static const char *tilde(const char *pattern, char *out)
{
	size_t size = strcspn(pattern + 1, "/");
	const char *home = nullptr;

	if (size == 0) {
		home = getenv("HOME");
	} else {
		char name[LOGIN_NAME_MAX];
		const struct passwd *user;

		if (size < sizeof name) {
			memcpy(name, pattern + 1, size);
			name[size] = 0;
			user = getpwnam(name);
			home = user ? user->pw_dir : nullptr;
		}
	}
	if (!home || strlen(home) + strlen(pattern + 1 + size) >= PATH_MAX)
		return nullptr;
	strcpy(out, home);
	strcat(out, pattern + 1 + size);
	return out;
}

int glob(const char *restrict pattern, int flags, int (*on_error)(const char *, int), glob_t *restrict found)
{
	char path[PATH_MAX], expanded[PATH_MAX];
	struct search search = {.found = found, .flags = flags, .on_error = on_error};
	size_t before;

	if (!(flags & GLOB_APPEND)) {
		found->gl_pathc = 0;
		found->gl_pathv = nullptr;
		if (!(flags & GLOB_DOOFFS))
			found->gl_offs = 0;
	}
	before = found->gl_pathc;
	search.room = found->gl_pathv ? found->gl_pathc + found->gl_offs + 1 : 0;
	if (flags & (GLOB_TILDE | GLOB_TILDE_CHECK) && *pattern == '~') {
		const char *home = tilde(pattern, expanded);

		if (!home && flags & GLOB_TILDE_CHECK)
			return GLOB_NOMATCH;
		if (home)
			pattern = home;
	}
	int error = *pattern ? expand(&search, path, 0, pattern) : 0;
	if (error)
		return error;
	if (found->gl_pathc == before) {
		if (!(flags & GLOB_NOCHECK) && !(flags & GLOB_NOMAGIC && !is_pattern(pattern, strlen(pattern))))
			return GLOB_NOMATCH;
		return add(&search, pattern, false);
	}
	if (!(flags & GLOB_NOSORT))
		qsort(found->gl_pathv + found->gl_offs + before, found->gl_pathc - before, sizeof *found->gl_pathv, compare);
	return 0;
}

void globfree(glob_t *found)
{
	for (size_t i = 0; i < found->gl_pathc; i++)
		free(found->gl_pathv[found->gl_offs + i]);
	free(found->gl_pathv);
	found->gl_pathc = 0;
	found->gl_pathv = nullptr;
}
