/* SPDX-License-Identifier: BSD-2-Clause */
/* Mounted filesystems (/proc/mounts). */
#pragma once

#include <stdio.h>
#include <sys/cdefs.h>
#define MOUNTED "/proc/mounts"
#define MNTTAB "/etc/fstab"
#define MNTTYPE_IGNORE "ignore"
#define MNTTYPE_NFS "nfs"
#define MNTTYPE_SWAP "swap"
#define MNTOPT_RO "ro"
#define MNTOPT_RW "rw"
struct mntent {
	char *mnt_fsname;
	char *mnt_dir;
	char *mnt_type;
	char *mnt_opts;
	int mnt_freq;
	int mnt_passno;
};
_BEGIN_STD_C
FILE *setmntent(const char *, const char *);
struct mntent *getmntent(FILE *);
int endmntent(FILE *);
char *hasmntopt(const struct mntent *, const char *);
_END_STD_C
