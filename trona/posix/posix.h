/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a POSIX process that its files share. Nothing here is seen above
 * basalt/sysdeps.h. // Signals and locks: an upcall may interrupt any instruction, so whoever
 * holds a lock of this library holds signals back too (signals_hold), and no user memory is
 * touched meanwhile.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "basalt/sysdeps.h"
#include "trona/thread.h"
#include "uapi/error.h"
#include "uapi/error_errno.h"
#include "uapi/protocol/file.h"
#include "uapi/protocol/procmgr.h"
#include "uapi/protocol/vfs.h"
#include "uapi/types.h"

#define SLOT(name) ((kn_cap)PROCMGR_PROCESS_SLOT_##name)

/* One thread; lies with its thread area and TLS at the top of its stack mapping (the first one's: in static memory). */
struct __pthread {
	struct kn_thread *area;
	struct procmgr_signal_thread *signals;
	uint32_t number;          /* procmgr's */
	uint32_t hold;            /* > 0: handlers wait */
	volatile uint32_t handled; /* handlers run so far */
	bool signal_seen;         /* an upcall came while held */
	bool must_interrupt;      /* a handler without SA_RESTART has run */
	bool has_exited_last;
	kn_word alternate_low, alternate_high; /* signal stack, 0: none; upcall.S reads them */
	struct sys_thread_locals locals;
	struct sys_key_value values[SYS_KEYS_MAX];
	/* life */
	void *(*function)(void *);
	void *argument;
	void *result;
	volatile uint32_t done;   /* 1: result is there */
	volatile uint32_t work;   /* 1: function is there */
	bool is_detached, is_own_stack;
	struct __pthread *next;   /* in the list of idle threads */
	void *map;                /* stack mapping with guard, or what the user gave */
	size_t map_size, guard_size;
	/* poll */
	kn_cap notification;
	uint64_t listeners[2];
	bool has_listener[2];
};

struct process {
	const struct procmgr_process_page *page;
	struct procmgr_signal_page *signals;
	const struct kn_clock_page *clock;
	uint32_t live_threads;
	bool is_threaded; /* has ever had two */
	bool has_locks;   /* may have record locks: each close must let go of the file's (record.c) */
};

extern struct process process;

static inline struct __pthread *thread_self(void)
{
	return kn_thread_self()->personality;
}

/* A lock of the library; 0 free, 1 taken, 2 taken and waited for. */
struct lock {
	uint32_t word;
};
void lock_wait(struct lock *lock);
void lock_wake(struct lock *lock);
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);

/* signal.c */
void signals_start(void);
void signals_forked(void);
void signals_release_slow(struct __pthread *thread);
/* Run the handlers of what is pending and not blocked. */
void signals_deliver(void);
void signals_raise(int signal);

static inline void signals_hold(void)
{
	thread_self()->hold++;
	__asm__ volatile("" ::: "memory");
}

static inline void signals_release(void)
{
	struct __pthread *thread = thread_self();

	__asm__ volatile("" ::: "memory");
	if (--thread->hold == 0 && thread->signal_seen)
		signals_release_slow(thread);
}

/* A system call that is not begun when *flag != expected, without a gap for an upcall in between (arch/<isa>/guard.S). */
kn_status guarded_call(uint64_t number, kn_cap dest, struct kn_regs *regs, kn_time deadline, const volatile uint32_t *flag,
    uint32_t expected);

/* Memory that a caller names and that may not be there (arch/<isa>/guard.S): false if it is not. */
bool touch_read(const void *address);
bool touch_write(void *address);
bool touch_copy(void *to, const void *from, size_t size);

/* Repeat a call that a stop, or handlers with SA_RESTART only, have interrupted. */
#define RESTART(status, call) \
	do { \
		thread_self()->must_interrupt = false; \
		(status) = (call); \
	} while ((status) == KN_E_INTERRUPTED && !thread_self()->must_interrupt)

/* A call that waits for nothing but its turn (a signal may come before the server has taken it): it never fails with EINTR. */
#define PERSIST(call) \
	({ \
		kn_status persist_status; \
		do \
			persist_status = (call); \
		while (persist_status == KN_E_INTERRUPTED); \
		persist_status; \
	})

static inline int to_errno(kn_status status)
{
	return -kn_status_errno(status);
}

/* slots.c */
void slots_start(void);
kn_cap slot_take(void);             /* KN_CAP_NONE: none left */
kn_cap slot_take_run(unsigned width); /* up to 3 neighbours */
void slot_mark(kn_cap slot);        /* in use since before this image */
void slot_give(kn_cap slot);        /* empty already */
void slot_delete(kn_cap slot);      /* empties it first */
bool slot_has_root(uint32_t root);
void slot_mark_root(uint32_t root);
/* Empty every slot that has not been marked: what the program before this image left (a jump out of a call's handler can lose one). */
void slots_clear_unknown(void);

/* What exec and spawn hand to the new image, at AT_SALTYOS_FDS. */
#define AT_SALTYOS_FDS 0x5350
#define POSIX_FD_BLOCK_VERSION 3
struct posix_fd_entry {
	int32_t fd;
	uint32_t file; /* entries with the same number share a description */
	uint32_t kind;
	uint16_t is_terminal;
	uint16_t local;
	uint64_t slot;
};
struct posix_fd_block {
	uint32_t version;
	uint32_t mask; /* umask */
	uint64_t current; /* current directory, 0: the root */
	uint32_t entry_count;
	uint32_t closed_count; /* slots of files that close on exec, u64 each behind the entries; only if there are record locks */
	uint32_t is_fresh;     /* a new process: no slot is in use but what is named here */
	uint32_t has_locks;    /* record locks (fcntl) */
	uint64_t roots[4];    /* root slots that hold further CNodes */
	struct posix_fd_entry entries[];
};

/* What reads and writes of a descriptor need no server for (U4). */
enum file_local : uint8_t {
	LOCAL_READ_END = 1,   /* nothing to read, ever */
	LOCAL_READ_ZEROS = 2,
	LOCAL_DISCARD = 4,    /* writes succeed */
};

/* view.c: a regular file's bytes, its size and the shared offset; mapped. */
struct view {
	kn_cap slots;              /* three: a mapping alone does not keep its object */
	const unsigned char *data; /* null: not there (yet) */
	size_t mapped;             /* bytes at data */
	const struct file_view *file;
	struct file_position *position;
};

/* table.c: descriptors. */
struct file {
	uint32_t references;
	uint8_t kind;       /* file_kind */
	uint8_t is_terminal;
	uint8_t local;      /* file_local */
	uint8_t asked;      /* calls since the view was last thought of */
	uint16_t armed;     /* events that thread `poller` has armed and that have not come */
	uint32_t poller;
	uint32_t index;
	kn_cap slot;
	struct view view;
};

extern struct lock table_lock;
void table_forked(void);
void table_start(const struct posix_fd_block *block);
struct file *file_make(kn_cap slot, uint32_t kind, bool is_terminal); /* one reference; null: no memory */
struct file *file_take(int fd);  /* null: bad descriptor; file_drop() later */
void file_drop(struct file *file);
int table_put(struct file *file, int least, bool is_private); /* takes over the reference; -EMFILE drops it */
int table_size(void);
int table_next(int fd); /* the first one in use from fd on, or -1 */
struct file *table_look(int fd, bool *is_private); /* no reference */
kn_cap directory_current(void);
kn_cap directory_root(void);
void directory_change(kn_cap slot);                  /* takes over the slot */
int table_private(int fd, int is_private);           /* close-on-exec: tell (-1) or set; the old value */

/* mapping.c */
/* The capability in `slot` stays while pages of its object are mapped there. False: no memory, the slot is still the caller's. */
/* Is that more memory than this process can ever have? */
bool memory_is_too_much(uint64_t pages);
bool mapping_keep(uint64_t start, uint64_t pages, kn_cap slot);
/* The range has been unmapped, or something else is mapped there now. */
void mapping_forget(uint64_t start, uint64_t pages);
void mapping_forked(void);
extern struct lock mapping_lock;

/* path.c */
extern mode_t file_mask;
/* Where `path` starts; 0 or -errno. The base is not to be kept. */
int path_base(int base, const char *path, kn_cap *out, size_t *length);
/* n of /dev/fd/n and its like, else -1. */
int path_is_descriptor(const char *path);

/* view.c */
#define VIEW_ASK ((ssize_t)-1000000) /* not to be answered here */
ssize_t view_read(struct file *file, void *data, size_t size, uint64_t offset);
/* The new offset, or VIEW_ASK. */
off_t view_seek(struct file *file, off_t offset, int whence);
void view_drop(struct view *view);
/* A child of a fork has none of its parent's. */
void view_forked(struct file *file);

/* window.c */
struct window {
	kn_cap slot;
	unsigned char *memory;
	bool is_busy;
};
struct window *window_take(void); /* null: use inline messages */
void window_give(struct window *window);
void window_forked(void);

/* thread.c */
void threads_start(const struct procmgr_process_page *page);
void threads_forked(struct __pthread *self);
extern void upcall_entry(void);
/* How upcall.S goes on: with tcb.upcall_return, or on the stack at `again` (if not 0) as if the upcall came now. */
struct upcall_end {
	kn_word info;
	kn_word again;
};
struct upcall_end upcall_main(void *fpu);
[[noreturn]] void thread_begin(struct __pthread *self, struct procmgr_signal_thread *signals);
[[noreturn]] void thread_run(struct __pthread *self);
[[noreturn]] void thread_again(struct __pthread *self, kn_word sp);

/* schedule.c */
/* For exec, after which there is the first thread only: it has this one's. */
void schedule_keep(void);
/* A new thread's, before it runs: 0 or -errno. */
int schedule_thread(const struct __pthread *thread, const struct sys_thread_options *options);

/* open.c */
int open_capability(int base, const char *path, uint32_t flags, mode_t mode, struct file **file);
int pair_make(uint32_t kind, int flags, int fds[2]);

/* record.c */
/* A descriptor of the file is closed: the process has no record locks on it any more, whatever others are open on it. */
void record_unlock(kn_cap slot);
/* fcntl's F_GETLK, F_SETLK and F_SETLKW: 0 or -errno. */
int record_lock(int fd, int request, struct flock *range);

/* description.c: the server's forms of things. */
/* 0 or -EFAULT. */
int stat_give(const struct file_stat *from, struct stat *to);
int64_t time_argument(const struct timespec *time);

long fork_trampoline(long (*call)(kn_word sp));
