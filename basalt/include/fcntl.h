/* SPDX-License-Identifier: BSD-2-Clause */
/* open and fcntl. The numbers of the open flags are picolibc's (its stdio calls open). */
#pragma once

/* Its struct flock has room for small process numbers only. */
#define flock __small_flock
#include <sys/_default_fcntl.h>
#undef flock
#include <sys/stat.h>

#undef F_RDLCK
#undef F_WRLCK
#undef F_UNLCK
#undef F_UNLKSYS
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define O_NDELAY O_NONBLOCK
#define O_PATH 0x800000
#define O_TMPFILE (0x1000000 | O_DIRECTORY)
#define O_LARGEFILE 0
#ifndef O_CLOEXEC
#define O_CLOEXEC _FNOINHERIT
#define O_NOFOLLOW _FNOFOLLOW
#define O_DIRECTORY _FDIRECTORY
#define O_EXEC _FEXECSRCH
#define O_SEARCH _FEXECSRCH
#endif
#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC 14
#endif
#ifndef F_GETOWN
#define F_GETOWN 5
#define F_SETOWN 6
#endif
#undef AT_FDCWD
#undef AT_EACCESS
#undef AT_SYMLINK_NOFOLLOW
#undef AT_SYMLINK_FOLLOW
#undef AT_REMOVEDIR
#undef AT_EMPTY_PATH
#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EACCESS 0x200
#define AT_REMOVEDIR 0x200
#define AT_SYMLINK_FOLLOW 0x400
#define AT_EMPTY_PATH 0x1000
#define AT_NO_AUTOMOUNT 0x800
#ifndef LOCK_SH
#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8
#endif
#define POSIX_FADV_NORMAL 0
#define POSIX_FADV_RANDOM 1
#define POSIX_FADV_SEQUENTIAL 2
#define POSIX_FADV_WILLNEED 3
#define POSIX_FADV_DONTNEED 4
#define POSIX_FADV_NOREUSE 5
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

struct flock {
	short l_type;
	short l_whence;
	off_t l_start;
	off_t l_len;
	pid_t l_pid;
};

_BEGIN_STD_C
int open(const char *, int, ...);
int openat(int, const char *, int, ...);
int creat(const char *, mode_t);
int fcntl(int, int, ...);
int posix_fadvise(int, off_t, off_t, int);
int posix_fallocate(int, off_t, off_t);
_END_STD_C
