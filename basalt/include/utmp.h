/* SPDX-License-Identifier: BSD-2-Clause */
/* Login records: there are none, lookups find nothing. */
#pragma once

#include <utmpx.h>
#define utmp utmpx
#define UTMP_FILE "/var/run/utmp"
#define WTMP_FILE "/var/log/wtmp"
_BEGIN_STD_C
struct utmpx *getutent(void);
void setutent(void);
void endutent(void);
int utmpname(const char *);
int login_tty(int);
_END_STD_C
