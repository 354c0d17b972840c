/* SPDX-License-Identifier: BSD-2-Clause */
/* What to do with descriptors on the way. */
#include "../internal.h"

#include <spawn.h>
#include <stdlib.h>
#include <string.h>

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	*actions = (posix_spawn_file_actions_t){nullptr, nullptr};
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	for (struct __spawn_action *action = actions->__first, *next; action; action = next) {
		next = action->next;
		free(action);
	}
	return 0;
}

static int add(posix_spawn_file_actions_t *actions, struct __spawn_action action, const char *path)
{
	struct __spawn_action *copy = malloc(sizeof *copy + strlen(path) + 1);

	if (!copy)
		return ENOMEM;
	*copy = action;
	strcpy(copy->path, path);
	if (actions->__last)
		actions->__last->next = copy;
	else
		actions->__first = copy;
	actions->__last = copy;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd, const char *restrict path, int flags,
    mode_t mode)
{
	return fd < 0 ? EBADF
		      : add(actions, (struct __spawn_action){.kind = SYS_SPAWN_OPEN, .fd = fd, .flags = flags, .mode = mode}, path);
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	return fd < 0 ? EBADF : add(actions, (struct __spawn_action){.kind = SYS_SPAWN_CLOSE, .fd = fd}, "");
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int source, int fd)
{
	return fd < 0 || source < 0
	    ? EBADF
	    : add(actions, (struct __spawn_action){.kind = SYS_SPAWN_DUP, .fd = fd, .source = source}, "");
}

int posix_spawn_file_actions_addchdir(posix_spawn_file_actions_t *restrict actions, const char *restrict path)
{
	return add(actions, (struct __spawn_action){.kind = SYS_SPAWN_CHDIR}, path);
}

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict actions, const char *restrict path)
{
	return posix_spawn_file_actions_addchdir(actions, path);
}
