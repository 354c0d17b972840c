/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * posix_spawn: the child's descriptor table is made here and its capabilities are named to
 * procmgr, which copies them. Descriptors that file actions open are opened by the caller, with
 * its own authority, and closed again.
 */

#include "client/procmgr.h"
#include "client/vfs.h"
#include "image.h"

#define DESCRIPTORS 190 /* what fits the message, with room for the directory */

struct plan {
	struct image_descriptor entries[DESCRIPTORS];
	size_t count;
	struct file *files[DESCRIPTORS]; /* one reference each, by entry */
	struct file *current;            /* directory by a chdir action, or null */
};

static void plan_close(struct plan *plan, int fd)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->entries[i].fd != fd)
			continue;
		file_drop(plan->files[i]);
		plan->count--;
		plan->entries[i] = plan->entries[plan->count];
		plan->files[i] = plan->files[plan->count];
		return;
	}
}

/* Takes over the reference. */
static int plan_set(struct plan *plan, int fd, struct file *file)
{
	plan_close(plan, fd);
	if (plan->count == DESCRIPTORS) {
		file_drop(file);
		return -EMFILE;
	}
	plan->entries[plan->count] = (struct image_descriptor){
	    .fd = fd, .file = file->index, .kind = file->kind, .is_terminal = file->is_terminal, .local = file->local};
	plan->files[plan->count++] = file;
	return 0;
}

static struct file *plan_find(const struct plan *plan, int fd)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].fd == fd)
			return plan->files[i];
	return nullptr;
}

static int plan_start(struct plan *plan)
{
	bool is_private;

	for (int fd = table_next(0); fd >= 0; fd = table_next(fd + 1)) {
		if (!table_look(fd, &is_private) || is_private)
			continue;
		struct file *file = file_take(fd);
		int error = file ? plan_set(plan, fd, file) : 0;
		if (error)
			return error;
	}
	return 0;
}

static int plan_open(struct plan *plan, const struct __spawn_action *action)
{
	/* Through the table, so that open's rules are in one place. */
	int fd = sys_open(AT_FDCWD, action->path, action->flags | O_CLOEXEC, action->mode);

	if (fd < 0)
		return fd;
	struct file *file = file_take(fd);
	(void)sys_close(fd);
	return file ? plan_set(plan, action->fd, file) : -EBADF;
}

static int plan_dup(struct plan *plan, const struct __spawn_action *action)
{
	struct file *file = plan_find(plan, action->source);

	/* A close-on-exec descriptor may be the source of dup2, and of dup2 to itself. */
	if (!file)
		file = table_look(action->source, nullptr);
	if (!file)
		return -EBADF;
	lock_take(&table_lock);
	file->references++;
	lock_give(&table_lock);
	return plan_set(plan, action->fd, file);
}

static int plan_apply(struct plan *plan, const struct __spawn_action *action)
{
	int error;

	switch (action->kind) {
	case SYS_SPAWN_OPEN:
		return plan_open(plan, action);
	case SYS_SPAWN_CLOSE:
		plan_close(plan, action->fd);
		return 0;
	case SYS_SPAWN_DUP:
		return plan_dup(plan, action);
	case SYS_SPAWN_CHDIR:
		if (plan->current)
			file_drop(plan->current);
		plan->current = nullptr;
		error = open_capability(AT_FDCWD, action->path, FILE_FLAG_PATH | VFS_OPEN_DIRECTORY_ONLY | VFS_OPEN_EXECUTE, 0,
		    &plan->current);
		return error;
	}
	return -EINVAL;
}

static void plan_end(struct plan *plan)
{
	while (plan->count)
		file_drop(plan->files[--plan->count]);
	if (plan->current)
		file_drop(plan->current);
}

/* Slots in the child: from FIRST_FREE on, one for each file. */
static size_t plan_caps(struct plan *plan, struct procmgr_spawn_cap *caps, kn_cap *current)
{
	size_t count = 0;
	kn_cap next = PROCMGR_PROCESS_SLOT_FIRST_FREE;

	for (size_t i = 0; i < plan->count; i++) {
		size_t k = 0;

		while (k < i && plan->files[k] != plan->files[i])
			k++;
		if (k < i) {
			plan->entries[i].slot = plan->entries[k].slot;
			continue;
		}
		plan->entries[i].slot = next;
		caps[count++] = (struct procmgr_spawn_cap){.source = plan->files[i]->slot, .target = next++};
	}
	kn_cap directory = plan->current ? plan->current->slot : directory_current();
	*current = KN_CAP_NONE;
	if (directory != KN_CAP_NONE) {
		*current = next;
		caps[count++] = (struct procmgr_spawn_cap){.source = directory, .target = next};
	}
	return count;
}

int sys_spawn(pid_t *pid, const char *path, const struct __spawn_action *actions, const posix_spawnattr_t *attributes,
    char *const argv[], char *const envp[])
{
	struct plan plan; /* large: only what says how much of it is used is cleared */
	struct procmgr_spawn_cap caps[DESCRIPTORS + 1];
	struct image image = {};
	void *made = nullptr;
	char *const *arguments = argv;
	uint32_t child;

	plan.count = 0;
	plan.current = nullptr;
	int error = plan_start(&plan);

	for (const struct __spawn_action *a = actions; a && error == 0; a = a->next)
		error = plan_apply(&plan, a);
	if (error == 0)
		error = image_open(path, nullptr, &image.object, &arguments, &made);
	if (error) {
		plan_end(&plan);
		return error;
	}
	struct image_descriptors descriptors = {.entries = plan.entries, .count = plan.count, .is_fresh = true};
	size_t count = plan_caps(&plan, caps, &descriptors.current);
	error = image_build(&image, arguments != argv ? arguments[0] : path, arguments, envp, &descriptors);
	if (error == 0) {
		struct procmgr_spawn_args args = {.blocked = thread_self()->signals->blocked, .thread = thread_self()->number};
		short flags = attributes ? attributes->__flags : 0;
		kn_status status;

		if (flags & POSIX_SPAWN_SETPGROUP) {
			args.flags |= attributes->__group ? PROCMGR_SPAWN_SET_GROUP : PROCMGR_SPAWN_NEW_GROUP;
			args.group = (uint32_t)attributes->__group;
		}
		if (flags & POSIX_SPAWN_SETSCHEDULER)
			args.flags |= PROCMGR_SPAWN_SET_POLICY;
		else if (flags & POSIX_SPAWN_SETSCHEDPARAM)
			args.flags |= PROCMGR_SPAWN_SET_PRIORITY;
		if (flags & (POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSCHEDPARAM)) {
			args.policy = (uint32_t)attributes->__policy;
			args.priority = (uint32_t)attributes->__param.sched_priority;
		}
		if (flags & POSIX_SPAWN_RESETIDS)
			args.flags |= PROCMGR_SPAWN_RESET_IDS;
		if (flags & POSIX_SPAWN_SETSID)
			args.flags |= PROCMGR_SPAWN_NEW_SESSION;
		if (flags & POSIX_SPAWN_SETSIGMASK)
			args.blocked = attributes->__mask;
		if (flags & POSIX_SPAWN_SETSIGDEF) {
			args.flags |= PROCMGR_SPAWN_SET_SIGNALS;
			args.defaulted = attributes->__default;
		}
		status = PERSIST(
		    procmgr_spawn(SLOT(PROCMGR), &image.args, &args, image.object, caps, count * sizeof *caps, &child));
		error = status == KN_E_QUOTA ? -EAGAIN : to_errno(status);
	}
	if (error == 0 && pid)
		*pid = (pid_t)child;
	image_drop(&image);
	image_free_arguments(made);
	plan_end(&plan);
	return error;
}
