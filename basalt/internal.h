/* SPDX-License-Identifier: BSD-2-Clause */
/* What basalt's files share: results of the door become errno here and nowhere else. */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "sysdeps.h"

static inline long result(long value)
{
	if (value < 0) {
		errno = (int)-value;
		return -1;
	}
	return value;
}

static inline struct timespec to_timespec(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

static inline struct timeval to_timeval(int64_t ns)
{
	return (struct timeval){.tv_sec = ns / 1000000000, .tv_usec = ns % 1000000000 / 1000};
}

/* The monotonic time of an absolute time on `clock`; < 0: bad argument. */
int64_t __deadline(clockid_t clock, const struct timespec *time);
void __locks_fork(int who);
