/* SPDX-License-Identifier: BSD-2-Clause */
/* scandir and its orders. */
#include "../internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

int alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcoll((*a)->d_name, (*b)->d_name);
}

int versionsort(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

int scandir(const char *path, struct dirent ***list, int (*choose)(const struct dirent *),
    int (*order)(const struct dirent **, const struct dirent **))
{
	DIR *directory = opendir(path);
	struct dirent **entries = nullptr, *entry;
	size_t count = 0, room = 0;

	if (!directory)
		return -1;
	errno = 0;
	while ((entry = readdir(directory))) {
		if (choose && !choose(entry))
			continue;
		if (count == room) {
			struct dirent **more = reallocarray(entries, room = room ? 2 * room : 16, sizeof *more);

			if (!more)
				goto fail;
			entries = more;
		}
		struct dirent *copy = malloc(sizeof *copy);
		if (!copy)
			goto fail;
		*copy = *entry;
		entries[count++] = copy;
		errno = 0;
	}
	if (errno)
		goto fail;
	closedir(directory);
	if (order && count)
		qsort(entries, count, sizeof *entries, (int (*)(const void *, const void *))order);
	*list = entries;
	return (int)count;
fail:
	closedir(directory);
	while (count)
		free(entries[--count]);
	free(entries);
	return -1;
}
