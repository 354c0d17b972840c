/* SPDX-License-Identifier: BSD-2-Clause */
/* Filesystems and where they are mounted. The table is a short list in the order of mounting; walks use the inodes' own links. */
#pragma once

#include "inode.h"

/* The filesystem that "/" is in, first in the table. */
[[nodiscard]] kn_status mount_root(struct filesystem **filesystem);
/* An empty filesystem on `directory` (its root inode belongs to uid 0, `mode`). */
[[nodiscard]] kn_status mount_on(struct inode *directory, const char *type, uint32_t mode, struct filesystem **filesystem);
/* BUSY while anything in it is referenced but its own tree. */
[[nodiscard]] kn_status mount_remove(struct inode *root);
struct filesystem *mount_first(void);
