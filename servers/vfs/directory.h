/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of directories. One hash table over (directory, name) for all of them makes a lookup O(1) however many entries
 * there are; each directory keeps its own in order of creation, so that reading one in pieces
 * neither repeats nor misses an entry that stays (positions are never reused).
 */
#pragma once

#include "inode.h"

#define DIRECTORY_FIRST_POSITION 2 /* 0 and 1 are "." and ".." */
#define NAME_MAX_LENGTH 255

struct dentry {
	struct dentry *next_in_bucket;
	struct inode *directory;
	struct inode *inode;
	struct account *account; /* whom it is charged to */
	uint64_t position;
	uint32_t hash;
	uint8_t length;
	char name[];
};

/* Null: none. "." and ".." are not looked up here. */
struct dentry *directory_find(const struct inode *directory, const char *name, size_t length);
/* Adds a name, charged to user `uid`; the inode gets a link. The name is not there yet. */
[[nodiscard]] kn_status directory_add(
    struct inode *directory, const char *name, size_t length, struct inode *inode, uint32_t uid, struct dentry **added);
/* Takes a name away; the inode loses a link. With the last one it keeps the name, for whoever asks what it was called. */
void directory_remove(struct dentry *dentry);
/* The name leads to another inode from now on; the old one loses it as by directory_remove(). */
void directory_replace(struct dentry *dentry, struct inode *inode);
/* inode->last_name, if there is one, is let go. */
void directory_forget_name(struct inode *inode);
/* The first entry at or after `position`, or null. */
struct dentry *directory_next(const struct inode *directory, uint64_t position);
/* The first name, in no order, whose inode `is_it`; null: none. Looks at all there are. */
struct dentry *directory_search(bool (*is_it)(struct inode *inode, uint64_t what), uint64_t what);
/* Puts a fresh directory inode below its parent (".."). */
void directory_set_parent(struct inode *directory, struct inode *parent);

static inline bool directory_is_empty(const struct inode *directory)
{
	return directory->directory.count == 0;
}
