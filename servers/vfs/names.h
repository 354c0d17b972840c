/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done by path: making, linking, renaming and removing names, and attributes. Everything checks first and then changes;
 * no function here knows messages, so all of it is tested on the host.
 */
#pragma once

#include "path.h"
#include "uapi/protocol/file.h"

struct name_at {
	struct inode *base; /* null: the root */
	const char *text;
	size_t length;
};

void inode_describe(struct inode *inode, struct file_stat *stat);

/* A new regular file, FIFO, socket or device where `path` (walked with PATH_MAY_CREATE) found nothing. Referenced. */
[[nodiscard]] kn_status name_create(const struct path *path, const struct credentials *who, uint32_t mode, struct inode **made);
[[nodiscard]] kn_status name_make_directory(struct name_at at, const struct credentials *who, uint32_t mode);
[[nodiscard]] kn_status name_make_node(struct name_at at, const struct credentials *who, uint32_t mode, uint64_t device);
[[nodiscard]] kn_status name_symlink(struct name_at at, const struct credentials *who, const char *target, size_t length);
[[nodiscard]] kn_status name_read_link(
    struct name_at at, const struct credentials *who, char *target, size_t capacity, size_t *length);
[[nodiscard]] kn_status name_remove(struct name_at at, const struct credentials *who, bool is_directory);
[[nodiscard]] kn_status name_rename(struct name_at from, struct name_at to, const struct credentials *who, bool no_replace);
[[nodiscard]] kn_status name_link(struct name_at from, struct name_at to, const struct credentials *who, bool follow);

/* Attributes; `who` must own the inode (or be uid 0). */
[[nodiscard]] kn_status inode_set_mode(struct inode *inode, const struct credentials *who, uint32_t mode);
[[nodiscard]] kn_status inode_set_owner(struct inode *inode, const struct credentials *who, uint32_t uid, uint32_t gid);
/* -1 leaves, -2 is now (which needs only permission to write). */
[[nodiscard]] kn_status inode_set_times(struct inode *inode, const struct credentials *who, int64_t access, int64_t modify);
