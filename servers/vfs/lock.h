/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advisory locks of an inode: whole files (flock, owner 0: the description) and ranges (fcntl, owner: the process id that the client
 * tells; a lie disturbs only those who lock the same file). Locks of processes that have ended are found by the process
 * table when they are in somebody's way.
 */
#pragma once

#include "wait.h"

struct lock {
	struct lock *next;
	struct description *description;
	uint32_t owner;
	bool is_write;
	uint64_t start, end; /* end not included; ~0: for ever */
};

/*
 * Lock, unlock (type 2). WOULD_BLOCK with *conflict filled when somebody is in the way and wait is 0; DEFERRED when wait is 1. wait 2 only asks (F_GETLK):
 * conflict->type 2 when there is none.
 */
[[nodiscard]] kn_status lock_set(struct description *description, const struct file_lock *lock, struct server_call *call,
    struct file_lock *conflict);
void lock_forget_description(struct inode *inode, struct description *description);
void lock_forget_inode(struct inode *inode);
/* Is a process with that id there (process table; host tests replace it)? */
bool lock_owner_lives(uint32_t owner);
