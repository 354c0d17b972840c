/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of a filesystem. */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
struct statvfs {
	unsigned long f_bsize;
	unsigned long f_frsize;
	fsblkcnt_t f_blocks;
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	fsfilcnt_t f_files;
	fsfilcnt_t f_ffree;
	fsfilcnt_t f_favail;
	unsigned long f_fsid;
	unsigned long f_flag;
	unsigned long f_namemax;
	unsigned f_type; /* 0: the file system says no number */
};
#define ST_RDONLY 1
#define ST_NOSUID 2
_BEGIN_STD_C
int statvfs(const char *__restrict, struct statvfs *__restrict);
int fstatvfs(int, struct statvfs *);
_END_STD_C
