/* SPDX-License-Identifier: BSD-2-Clause */
/* Users (/etc/passwd). */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <stdio.h>
struct passwd {
	char *pw_name;
	char *pw_passwd;
	uid_t pw_uid;
	gid_t pw_gid;
	char *pw_gecos;
	char *pw_dir;
	char *pw_shell;
};
_BEGIN_STD_C
struct passwd *getpwnam(const char *);
struct passwd *getpwuid(uid_t);
int getpwnam_r(const char *, struct passwd *, char *, size_t, struct passwd **);
int getpwuid_r(uid_t, struct passwd *, char *, size_t, struct passwd **);
struct passwd *getpwent(void);
struct passwd *fgetpwent(FILE *);
void setpwent(void);
void endpwent(void);
_END_STD_C
