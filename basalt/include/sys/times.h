/* SPDX-License-Identifier: BSD-2-Clause */
/* Process times in clock ticks. */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
struct tms {
	clock_t tms_utime;
	clock_t tms_stime;
	clock_t tms_cutime;
	clock_t tms_cstime;
};
_BEGIN_STD_C
clock_t times(struct tms *);
_END_STD_C
