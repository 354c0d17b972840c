/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advisory locks of an inode: of descriptions (flock) and of processes (fcntl). A process is known by the badge that it calls with: nobody can
 * lock or unlock as another. Locks of processes that have ended are found by the process table when they are in somebody's way; for those who wait, procmgr
 * says when a process ends.
 */
#pragma once

#include "uapi/protocol/vfs.h"
#include "wait.h"

/* badge 0: the description. */
struct lock_owner {
	kn_word badge;
	uint32_t pid;
	uint32_t uid; /* whom the lock is charged to */
};

struct lock {
	struct lock *next;
	struct description *description;
	struct lock_owner owner;
	struct account *account;
	bool is_write;
	uint64_t start, end; /* end not included; ~0: for ever */
};

/* Lock, unlock or ask (vfs.lock). DEFERRED when it waits. NO_LOCK: the user has as many as he may. */
[[nodiscard]] kn_status lock_set(struct description *description, struct lock_owner owner, uint32_t wait, const struct vfs_lock *lock,
    struct server_call *call, struct vfs_lock *conflict);
/* Some process has: whoever waited for its locks goes on. */
void lock_processes_ended(void);
void lock_forget_description(struct inode *inode, struct description *description);
void lock_forget_inode(struct inode *inode);
/* Is the process with that badge still there? */
bool lock_owner_lives(kn_word badge);
