/* SPDX-License-Identifier: BSD-2-Clause */
/* Setting file times in seconds. */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
struct utimbuf {
	time_t actime;
	time_t modtime;
};
_BEGIN_STD_C
int utime(const char *, const struct utimbuf *);
_END_STD_C
