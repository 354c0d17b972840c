/* SPDX-License-Identifier: BSD-2-Clause */
/* flock. */
#pragma once

#include <fcntl.h>
#define L_SET 0
#define L_INCR 1
#define L_XTND 2
_BEGIN_STD_C
int flock(int, int);
_END_STD_C
