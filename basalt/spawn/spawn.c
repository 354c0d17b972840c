/* SPDX-License-Identifier: BSD-2-Clause */
/* posix_spawn; the search along PATH as in execvp. */
#include "../internal.h"

#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int posix_spawn(pid_t *restrict pid, const char *restrict path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	return -sys_spawn(pid, path, actions ? actions->__first : nullptr, attributes, argv, envp);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict name, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	const char *path = getenv("PATH");
	char whole[PATH_MAX];
	int error = ENOENT;

	if (strchr(name, '/'))
		return posix_spawn(pid, name, actions, attributes, argv, envp);
	for (const char *part = path ? path : "/usr/bin:/bin";; part++) {
		const char *end = strchrnul(part, ':');
		size_t length = (size_t)(end - part);

		if (length + strlen(name) + 2 <= sizeof whole) {
			memcpy(whole, part, length);
			whole[length] = '/';
			strcpy(whole + length + (length != 0), name);
			int now = posix_spawn(pid, whole, actions, attributes, argv, envp);

			if (now != ENOENT && now != ENOTDIR && now != EACCES)
				return now;
			if (now == EACCES)
				error = EACCES;
		}
		part = end;
		if (!*part)
			return error;
	}
}
