/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol vfs: who calls is looked up in the process table, bases become inodes, and then the nouns do the work. */
#pragma once

#include "server/vfs.h"

extern const struct vfs_ops vfs_methods;
