/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An inode: a file, whatever leads to it. It lives while it has links (names) or references (open descriptions, a walk that
 * is under way, a mount, the entries of a directory for their parent).
 *
 * Directories of ramfs and devfs hold their entries themselves (directory.h); those of procfs are
 * computed (ops). A directory has one name at most, so it knows its parent, and paths can be told backwards.
 */
#pragma once

#include <stddef.h>

#include "contents.h"
#include "ending.h"
#include "trona/list.h"
#include "uapi/error.h"
#include "uapi/types.h"

struct account;
struct credentials;
struct dentry;
struct description;
struct inode;
struct pipe;
struct socket;
struct lock;

/* A mounted filesystem; after unmounting it goes with its last inode. */
struct filesystem {
	const char *type;
	uint32_t device;
	bool is_read_only;
	bool is_unmounted;
	uint64_t next_inode;
	uint64_t inodes;
	struct inode *root;
	struct inode *covered; /* the directory it is mounted on; null for the root */
	struct filesystem *next;
};

/* How a computed inode behaves; null members: as a plain one. */
struct inode_ops {
	/* The inode `name` leads to, with a reference for the caller. */
	kn_status (*lookup)(struct inode *directory, const char *name, size_t length, struct inode **found);
	/* The entry at or after *position (>= 2): false at the end. Advances *position behind it. */
	bool (*next)(struct inode *directory, uint64_t *position, char name[256], uint64_t *number, uint32_t *mode);
	kn_status (*read_link)(struct inode *inode, const struct credentials *who, char *target, size_t capacity, size_t *length);
	/* The whole text of a computed file for `who`, on the heap (the caller frees it). */
	kn_status (*generate)(struct inode *inode, const struct credentials *who, char **text, size_t *length);
};

struct directory {
	struct dentry **entries; /* by ascending position; null: taken away */
	size_t used, capacity, count;
	size_t first;            /* there is none before */
	uint64_t next_position;
	struct inode *parent;    /* referenced; itself for a root */
	struct dentry *name;     /* null: root, or taken out of the tree */
	struct filesystem *mounted;
};

struct inode {
	uint64_t number;
	uint32_t mode, uid, gid, links;
	uint32_t references;
	struct filesystem *filesystem;
	const struct inode_ops *ops;
	int64_t access_time, modify_time, change_time;
	uint64_t special_device;
	uint64_t key; /* for ops: what it stands for */
	struct lock *locks;
	struct account *account;  /* whom it is charged to; null: nobody */
	size_t charged;           /* bytes of it */
	struct ending ending;
	struct dentry *last_name; /* out of the tree, its directory referenced; what it was called when links became 0 */
	union {
		struct directory directory;
		struct contents contents;
		struct {
			char *target;
			size_t target_length;
		};
		struct pipe *fifo;
		struct socket *socket; /* bound here, or null */
	};
};

/* A new inode without links, one reference for the caller; null: no memory. Times are now. */
struct inode *inode_create(struct filesystem *filesystem, uint32_t mode, uint32_t uid, uint32_t gid);

/* A fresh one with `more` bytes is user `uid`'s from now on, and what it will contain. NO_SPACE: he may have no more. */
[[nodiscard]] kn_status inode_charge(struct inode *inode, uint32_t uid, size_t more);

static inline void inode_acquire(struct inode *inode)
{
	inode->references++;
}

void inode_release(struct inode *inode);
/* One name less. */
void inode_unlink(struct inode *inode);

static inline uint32_t inode_type(const struct inode *inode)
{
	return inode->mode & 0170000u;
}

static inline bool inode_is_directory(const struct inode *inode)
{
	return inode_type(inode) == 0040000u;
}

/* Size as stat() tells it. */
uint64_t inode_size(const struct inode *inode);
/* The contents or entries changed. */
void inode_touch(struct inode *inode);

/* ns since 1970 (host tests replace it). */
int64_t inode_now(void);
