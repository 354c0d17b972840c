/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/mounts. */
#include "../internal.h"

#include <mntent.h>
#include <stdio.h>
#include <string.h>

FILE *setmntent(const char *path, const char *mode)
{
	return fopen(path, mode);
}

struct mntent *getmntent(FILE *file)
{
	static char line[1024];
	static struct mntent entry;

	while (fgets(line, sizeof line, file)) {
		char *save, *fields[4];
		int count = 0;

		for (char *word = strtok_r(line, " \t\n", &save); word && count < 4; word = strtok_r(nullptr, " \t\n", &save))
			fields[count++] = word;
		if (count < 4 || *fields[0] == '#')
			continue;
		entry = (struct mntent){.mnt_fsname = fields[0], .mnt_dir = fields[1], .mnt_type = fields[2], .mnt_opts = fields[3]};
		return &entry;
	}
	return nullptr;
}

int endmntent(FILE *file)
{
	if (file)
		fclose(file);
	return 1;
}

char *hasmntopt(const struct mntent *entry, const char *option)
{
	const size_t length = strlen(option);

	for (char *at = entry->mnt_opts; *at; at += *at == ',') {
		const size_t word = strcspn(at, ",");

		if (word >= length && memcmp(at, option, length) == 0 && (word == length || at[length] == '='))
			return at;
		at += word;
	}
	return nullptr;
}
