/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc: texts made from the process table and the servers' numbers when they are opened, in the formats that ps and top know from
 * Linux. Its inodes live only while somebody uses them.
 *
 * Opening /proc/self/fd/N is the C library's: it duplicates the descriptor. Here are the names of them all (procfd.h).
 */
#pragma once

#include "inode.h"

/* Makes the root of a fresh filesystem one of /proc. */
void procfs_populate(struct filesystem *filesystem);
/* The last name of a computed directory's path; 0: none. */
size_t procfs_name(const struct inode *directory, char name[256]);
/* The path of a computed file that is no directory. NOT_FOUND: it is none of /proc. */
[[nodiscard]] kn_status procfs_path(const struct inode *inode, char *path, size_t capacity, size_t *length);
