/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a path to what it leads to: one walk for everybody, with search permission on every directory on the way, mounts
 * crossed in both directions, and at most 40 symbolic links.
 */
#pragma once

#include "credentials.h"
#include "inode.h"

#define PATH_LINKS_MAX 40

enum path_flag : unsigned {
	PATH_FOLLOW = 1,      /* a symbolic link at the end is followed */
	PATH_MAY_CREATE = 2,  /* the last name need not exist: then `inode` is null */
};

struct path {
	struct inode *parent; /* referenced; the directory that the last name is in (of "." or "/": the directory itself) */
	struct inode *inode;  /* referenced; null with PATH_MAY_CREATE */
	const char *name;     /* the last name; valid until the next walk but one. Empty for "/" alone */
	size_t length;
	bool is_dot;          /* the path ended in ".", ".." or "/" alone: nothing can be made or removed there */
	bool has_slash;       /* a slash behind the last name: it must be a directory */
};

/* The root that absolute paths start at. */
void path_set_root(struct inode *root);
struct inode *path_root(void);
/* `base` is a directory (null: the root). On success the caller ends with path_release(). */
[[nodiscard]] kn_status path_walk(struct inode *base, const struct credentials *who, const char *text, size_t length,
    unsigned flags, struct path *path);
void path_release(struct path *path);
/* The absolute path of a directory, not NUL-terminated. NOT_FOUND: it has been removed. */
[[nodiscard]] kn_status path_tell(struct inode *directory, char *text, size_t capacity, size_t *length);
/* The same of an entry of a directory. */
[[nodiscard]] kn_status path_tell_entry(const struct dentry *dentry, char *text, size_t capacity, size_t *length);
