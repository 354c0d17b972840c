/* SPDX-License-Identifier: BSD-2-Clause */
/* fork, exec, spawn, wait and exit: the caller's half of what procmgr does. */

#include "posix.h"

#include "client/file.h"
#include "client/procmgr.h"
#include "client/vfs.h"
#include "image.h"
#include "kn/vspace.h"

extern char fork_child[];

void sys_exit(int status)
{
	/* Who has given its capability away ends by a fault: somebody else holds the handler. */
	for (;;) {
		(void)PERSIST(procmgr_exit(SLOT(PROCMGR), (uint32_t)status & 255));
		__builtin_trap();
	}
}

static long fork_call(kn_word sp)
{
	uint32_t pid = 0;
	kn_status status =
	    PERSIST(procmgr_fork(SLOT(PROCMGR), (uint64_t)fork_child, sp, kn_thread_pointer(thread_self()->area),
		thread_self()->number, &pid));

	if (status == KN_E_QUOTA)
		return -EAGAIN;
	return status == KN_OK ? (long)pid : to_errno(status);
}

pid_t sys_fork(void)
{
	struct __pthread *self = thread_self();
	uint64_t blocked = self->signals->blocked;

	__fork_hooks(-1);
	lock_take(&table_lock);
	self->signals->blocked = ~0ull; /* the child's copy of the stack must not have a handler on it */
	long pid = fork_trampoline(fork_call);
	if (pid == 0) {
		threads_forked(self);
		signals_forked();
		table_lock.word = 0;
		mapping_forked();
		table_forked();
		self->hold = 0;
		self->signal_seen = false;
		window_forked();
	} else {
		lock_give(&table_lock);
	}
	self->signals->blocked = blocked;
	signals_deliver();
	__fork_hooks(pid == 0);
	return (pid_t)pid;
}

/* Every descriptor as the new image of this process has it. */
static int own_descriptors(struct image_descriptors *out)
{
	static struct image_descriptor few[64];
	static uint64_t few_closed[64];

	*out = (struct image_descriptors){.entries = few, .closed = few_closed, .current = directory_current()};
	int size = table_size();
	if (size > 64) {
		const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
		uint64_t mapped;
		size_t bytes = (size_t)size * (sizeof *few + sizeof *few_closed);

		if (kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, bytes / KN_PAGE_SIZE + 1, rw, rw, KN_VSPACE_MAP_PRIVATE,
			&mapped) != KN_OK)
			return -ENOMEM;
		out->entries = (struct image_descriptor *)mapped;
		out->closed = (uint64_t *)(out->entries + size);
	}
	for (int fd = 0; fd < size; fd++) {
		bool is_private;
		struct file *file = table_look(fd, &is_private);

		if (!file)
			continue;
		if (!is_private)
			out->entries[out->count++] = (struct image_descriptor){
			    .fd = fd, .file = file->index, .kind = file->kind, .is_terminal = file->is_terminal,
			    .local = file->local, .slot = file->slot};
		else if (process.has_locks && file->kind == FILE_KIND_REGULAR)
			out->closed[out->closed_count++] = file->slot;
	}
	for (uint32_t root = 0; root < 256; root++)
		if (slot_has_root(root))
			out->roots[root / 64] |= 1ull << root % 64;
	return 0;
}

static int exec_file(const char *path, struct file *file, char *const argv[], char *const envp[])
{
	struct image image = {};
	struct image_descriptors descriptors;
	void *made;
	char *const *arguments = argv;
	int error = image_open(path, file, &image.object, &arguments, &made);

	if (error)
		return error;
	lock_take(&table_lock);
	error = own_descriptors(&descriptors);
	if (error == 0)
		error = image_build(&image, arguments[0] && arguments != argv ? arguments[0] : path, arguments, envp, &descriptors);
	if (error == 0) {
		schedule_keep();
		error = to_errno(PERSIST(procmgr_exec(SLOT(PROCMGR), &image.args, image.object)));
	}
	lock_give(&table_lock);
	image_drop(&image);
	image_free_arguments(made);
	return error;
}

int sys_exec(const char *path, char *const argv[], char *const envp[])
{
	return exec_file(path, nullptr, argv, envp);
}

int sys_exec_fd(int fd, char *const argv[], char *const envp[])
{
	struct file *file = file_take(fd);

	if (!file)
		return -EBADF;
	int error = exec_file("/proc/self/exe", file, argv, envp);
	file_drop(file);
	return error;
}

int sys_power(int action)
{
	return to_errno(PERSIST(procmgr_power(SLOT(PROCMGR), (uint32_t)action)));
}

static int event_code(uint32_t kind)
{
	switch (kind) {
	case PROCMGR_EVENT_EXITED:
		return CLD_EXITED;
	case PROCMGR_EVENT_KILLED:
		return CLD_KILLED;
	case PROCMGR_EVENT_STOPPED:
		return CLD_STOPPED;
	default:
		return CLD_CONTINUED;
	}
}

int sys_wait(int which, int options, struct sys_wait_event *event)
{
	struct procmgr_process_event raw;
	uint32_t how = 0;
	kn_status status;

	if (options & WNOHANG)
		how |= PROCMGR_WAIT_NO_HANG;
	if (options & WSTOPPED)
		how |= PROCMGR_WAIT_STOPPED;
	if (options & WCONTINUED)
		how |= PROCMGR_WAIT_CONTINUED;
	if (options & WEXITED)
		how |= PROCMGR_WAIT_EXITED;
	if (options & WNOWAIT)
		how |= PROCMGR_WAIT_NO_REAP;
	RESTART(status, procmgr_wait(SLOT(PROCMGR), which, how, &raw));
	if (status == KN_OK)
		*event = (struct sys_wait_event){
		    .pid = (pid_t)raw.pid,
		    .code = event_code(raw.kind),
		    .value = (int)raw.value,
		    .uid = raw.uid,
		    .user_time = (int64_t)raw.user_time,
		    .system_time = (int64_t)raw.system_time,
		    .max_pages = (long)raw.max_pages,
		};
	return to_errno(status);
}
