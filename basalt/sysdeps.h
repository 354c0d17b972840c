/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * basalt's only door to the system below it. Every function is implemented in trona/posix and
 * returns a result or a negative errno value; nothing below the door knows the variable errno,
 * nothing above it knows a capability. Functions that may block return -EINTR only when a
 * handler without SA_RESTART ran.
 */
#pragma once

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

/* What the startup block says. */
struct sys_startup {
	int argc;
	char **argv;
	char **envp;
};

/* Thread area, signals, descriptors; before anything else. */
void sys_start(const void *process_page, uintptr_t sp, struct sys_startup *startup);
[[noreturn]] void sys_exit(int status);
/* 32 bytes of this process's own random data, from the process page. */
const unsigned char *sys_random_seed(void);

/* Descriptors. */
int sys_open(int base, const char *path, int flags, mode_t mode);
int sys_close(int fd);
ssize_t sys_read(int fd, void *data, size_t size);
ssize_t sys_write(int fd, const void *data, size_t size);
ssize_t sys_pread(int fd, void *data, size_t size, off_t offset);
ssize_t sys_pwrite(int fd, const void *data, size_t size, off_t offset);
off_t sys_seek(int fd, off_t offset, int whence);
int sys_dup(int fd, int least, int flags);
int sys_dup_to(int fd, int target, int flags);
int sys_fcntl(int fd, int request, long argument);
int sys_pipe(int fds[2], int flags);
int sys_poll(struct pollfd *polls, size_t count, const struct timespec *timeout, const sigset_t *mask);
int sys_flock(int fd, int operation);
int sys_fsync(int fd);
int sys_sync(void);
int sys_truncate_fd(int fd, off_t length);
int sys_descriptor_limit(void);
/* Bytes that can be read now. */
long sys_available(int fd);

/* Paths; `base` as in openat, `flags` AT_*. */
int sys_stat(int base, const char *path, struct stat *stat, int flags);
int sys_stat_fd(int fd, struct stat *stat);
int sys_access(int base, const char *path, int mode, int flags);
int sys_make_directory(int base, const char *path, mode_t mode);
int sys_make_node(int base, const char *path, mode_t mode, dev_t device);
int sys_unlink(int base, const char *path, int flags);
int sys_rename(int old_base, const char *old_path, int new_base, const char *new_path, unsigned flags);
int sys_link(int old_base, const char *old_path, int new_base, const char *new_path, int flags);
int sys_symlink(const char *target, int base, const char *path);
ssize_t sys_read_link(int base, const char *path, char *target, size_t size);
int sys_set_mode(int base, const char *path, mode_t mode, int flags);
int sys_set_mode_fd(int fd, mode_t mode);
int sys_set_owner(int base, const char *path, uid_t uid, gid_t gid, int flags);
int sys_set_owner_fd(int fd, uid_t uid, gid_t gid);
int sys_set_times(int base, const char *path, const struct timespec times[2], int flags);
int sys_set_times_fd(int fd, const struct timespec times[2]);
int sys_truncate(const char *path, off_t length);
int sys_chdir(const char *path);
int sys_chdir_fd(int fd);
ssize_t sys_getcwd(char *path, size_t size);
mode_t sys_umask(mode_t mask);
int sys_statvfs(const char *path, struct statvfs *result);
int sys_statvfs_fd(int fd, struct statvfs *result);
/* Entries as in file.read_directory: u64 inode, u64 next position, u8 type, u8 name length, name, padded to 8. */
ssize_t sys_read_directory(int fd, void *entries, size_t size);

/* Terminals. */
struct winsize;
int sys_tty_get(int fd, struct termios *attributes);
int sys_tty_set(int fd, int when, const struct termios *attributes);
int sys_tty_window(int fd, struct winsize *window, bool set);
int sys_tty_foreground(int fd, pid_t group); /* group 0: tell; else set */
int sys_tty_session(int fd);
int sys_tty_control(int fd, bool release, bool steal);
int sys_tty_flush(int fd, int queue);
int sys_tty_flow(int fd, int action);
int sys_tty_drain(int fd);
int sys_tty_break(int fd);
int sys_tty_number(int fd);
int sys_tty_lock(int fd, bool locked);

/* Sockets. */
int sys_socket(int domain, int type, int protocol);
int sys_socketpair(int domain, int type, int protocol, int fds[2]);
int sys_bind(int fd, const struct sockaddr *address, socklen_t size);
int sys_listen(int fd, int backlog);
int sys_accept(int fd, struct sockaddr *address, socklen_t *size, int flags);
int sys_connect(int fd, const struct sockaddr *address, socklen_t size);
int sys_shutdown(int fd, int how);
int sys_socket_name(int fd, bool peer, struct sockaddr *address, socklen_t *size);
int sys_socket_peer(int fd, struct ucred *credentials);
/* passed: a descriptor to send or (out) that came, -1 none. */
ssize_t sys_send(int fd, const void *data, size_t size, int flags, int passed);
ssize_t sys_receive(int fd, void *data, size_t size, int flags, int *passed);
/* 0 if fd is a socket. */
int sys_is_socket(int fd);

/* Memory. Addresses and lengths are whole pages. */
void *sys_map(void *address, size_t size, int protection, int flags, int fd, off_t offset); /* (void *)-errno */
int sys_unmap(void *address, size_t size);
int sys_protect(void *address, size_t size, int protection);
int sys_discard(void *address, size_t size);
int sys_anonymous_file(unsigned flags);

/* Time, in ns. */
int64_t sys_clock_monotonic(void);
int64_t sys_clock_wall(void);
int64_t sys_clock_cpu(bool thread);
/* Until an absolute monotonic time; -EINTR (never restarted) or 0. */
int sys_sleep_until(int64_t deadline);
int sys_set_timer(int which, const int64_t new_value[2], int64_t old_value[2]); /* null new: tell only */

/* Randomness: whole length or a negative errno. */
ssize_t sys_random(void *data, size_t size, bool wait);

/* Processes. */
pid_t sys_fork(void);
int sys_exec(const char *path, char *const argv[], char *const envp[]);
int sys_exec_fd(int fd, char *const argv[], char *const envp[]);
enum sys_spawn_kind : int { SYS_SPAWN_OPEN, SYS_SPAWN_CLOSE, SYS_SPAWN_DUP, SYS_SPAWN_CHDIR };
struct __spawn_action {
	struct __spawn_action *next;
	enum sys_spawn_kind kind;
	int fd;
	int source;
	int flags;
	mode_t mode;
	char path[];
};
int sys_spawn(pid_t *pid, const char *path, const struct __spawn_action *actions, const posix_spawnattr_t *attributes,
    char *const argv[], char *const envp[]);
struct sys_wait_event {
	pid_t pid;
	int code; /* CLD_* */
	int value;
	uid_t uid;
	int64_t user_time, system_time;
	long max_pages;
};
int sys_wait(int which, int options, struct sys_wait_event *event); /* which as waitpid; options W* */
pid_t sys_getpid(void);
pid_t sys_getppid(void);
int sys_ids(pid_t pid, pid_t *parent, pid_t *group, pid_t *session);
int sys_set_group(pid_t pid, pid_t group);
int sys_new_session(void);
void sys_users(uid_t ids[3]);
void sys_groups(gid_t ids[3]);
int sys_set_users(uid_t real, uid_t effective, uid_t saved);
int sys_set_groups(gid_t real, gid_t effective, gid_t saved);
int sys_set_supplementary(size_t count, const gid_t *groups);
/* How many there are; room 0: only tell. */
int sys_supplementary(size_t room, gid_t *groups);
int sys_limit(pid_t pid, int resource, const struct rlimit *new_limit, struct rlimit *old_limit);
int sys_times(int who, int64_t *user, int64_t *system, long *max_pages);
/* Nice values: which as PRIO_*, id 0 the caller's; how: procmgr_change (0 only tell, 1 set, 2 add). */
int sys_priority(int which, id_t id, int how, int value, int *nice);
int sys_power(int action); /* procmgr_power */

/* Signals. */
int sys_kill(int target, pid_t id, int signal, long value); /* target: procmgr_target; value: for its QUEUE */
int sys_kill_thread(pthread_t thread, int signal);
int sys_sigaction(int signal, const struct sigaction *action, struct sigaction *old);
int sys_sigmask(int how, const sigset_t *set, sigset_t *old);
void sys_sigpending(sigset_t *set);
int sys_sigsuspend(const sigset_t *mask);
int sys_sigwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout);
int sys_sigaltstack(const stack_t *new_stack, stack_t *old);
/* A normal longjmp out of a handler leaves nothing behind; the alternate stack is judged by the stack pointer. */

/* Scheduling. id: a thread or process, 0 the calling thread. Policies and flags as in sched.h; nice is the process's, and set with SCHED_OTHER. */
struct sys_schedule {
	int policy, priority, nice;
	unsigned flags;
	uint64_t runtime, deadline, period;
};
int sys_get_schedule(pid_t id, struct sys_schedule *now);
int sys_set_schedule(pid_t id, const struct sys_schedule *schedule);
int sys_get_affinity(pid_t id, uint64_t *cpus);
int sys_set_affinity(pid_t id, uint64_t cpus);
/* The CPU that runs this. */
int sys_cpu(void);

/* Threads. */
struct sys_thread_options {
	size_t stack_size;
	size_t guard_size;
	void *stack; /* null: from the cache */
	bool is_detached;
	const struct sys_schedule *schedule; /* null: the creator's */
	uint64_t cpus;                       /* 0: the creator's */
};
int sys_thread_create(pthread_t *thread, const struct sys_thread_options *options, void *(*function)(void *), void *argument);
[[noreturn]] void sys_thread_exit(void *result);
int sys_thread_join(pthread_t thread, void **result);
int sys_thread_detach(pthread_t thread);
pthread_t sys_thread_self(void);
int sys_thread_number(pthread_t thread);
long sys_thread_limit(void); /* so many at once */
void sys_thread_stack(pthread_t thread, void **low, size_t *size);
/* Per-thread storage of the layer above: the values of pthread keys and its cleanup list. */
#define SYS_KEYS_MAX 128
/* A value is the key's for as long as the key's generation is the one beside it (pthread/keys.c). */
struct sys_key_value {
	void *value;
	unsigned generation;
};
struct sys_thread_locals {
	struct sys_key_value *values; /* SYS_KEYS_MAX of them, made at the first use */
	struct __cleanup *cleanups;
	bool has_values;
};
struct sys_thread_locals *sys_thread_locals(void);
/* Called by the thread that ends, before it is gone. basalt defines it. */
void __thread_end(void);
/* basalt's part of fork: -1 before, 0 after in the parent, 1 in the child. */
void __fork_hooks(int who);
bool sys_is_threaded(void);
void sys_yield(void);
/* Sleep while *word == expected: 0, -EAGAIN, -ETIMEDOUT, -EINTR (any handler ran). deadline: monotonic ns, < 0 none. */
int sys_wait_word(const volatile unsigned *word, unsigned expected, int64_t deadline);
void sys_wake_word(const volatile unsigned *word, unsigned count);
