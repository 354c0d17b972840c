/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners of files. */
#include "../internal.h"

#include <fcntl.h>
#include <unistd.h>

int chown(const char *path, uid_t uid, gid_t gid)
{
	return (int)result(sys_set_owner(AT_FDCWD, path, uid, gid, 0));
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
	return (int)result(sys_set_owner(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW));
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	return (int)result(sys_set_owner_fd(fd, uid, gid));
}

int fchownat(int base, const char *path, uid_t uid, gid_t gid, int flags)
{
	if (!*path && flags & AT_EMPTY_PATH)
		return fchown(base, uid, gid);
	return (int)result(sys_set_owner(base, path, uid, gid, flags));
}
