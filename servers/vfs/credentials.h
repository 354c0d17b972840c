/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who asks, as data of the POSIX personality, and what the mode bits let him do. Nothing here gives authority over the system: a capability
 * to the server was needed to ask at all (U3).
 */
#pragma once

#include "uapi/error.h"
#include "uapi/types.h"

#define CREDENTIALS_GROUPS 16

struct credentials {
	uint32_t uid, gid;           /* effective: what checks use */
	uint32_t real_uid, real_gid; /* what access() uses */
	uint32_t pid;
	uint32_t group_count;
	uint32_t groups[CREDENTIALS_GROUPS];
};

struct inode;

bool credentials_in_group(const struct credentials *who, uint32_t gid);
/* Are all of `wanted` (MAY_*) allowed on the inode? ACCESS if not. uid 0 may all, but executes only what somebody may execute. */
[[nodiscard]] kn_status permission(const struct credentials *who, const struct inode *inode, uint32_t wanted);
/* May the names in `directory` be changed, and the name of `victim` (null: a new name) be taken away (sticky bit)? */
[[nodiscard]] kn_status permission_entry(
    const struct credentials *who, const struct inode *directory, const struct inode *victim);

static inline bool credentials_owns(const struct credentials *who, uint32_t uid)
{
	return who->uid == uid || who->uid == 0;
}
