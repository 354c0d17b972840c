/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc: texts made from the process table and the servers' numbers when they are opened, in the formats that ps and top know from
 * Linux. Its inodes live only while somebody uses them.
 *
 * What only a process itself knows (its descriptors) is not here: the C library answers /proc/self/fd itself.
 */
#pragma once

#include "inode.h"

/* Makes the root of a fresh filesystem one of /proc. */
void procfs_populate(struct filesystem *filesystem);
/* The last name of a computed directory's path; 0: none. */
size_t procfs_name(const struct inode *directory, char name[256]);
