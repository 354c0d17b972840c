/* SPDX-License-Identifier: BSD-2-Clause */
/* picolibc's strings; names of signals come from signal.h's table. */
#pragma once

#include_next <string.h>
#ifndef _BASALT_STRING_H
#define _BASALT_STRING_H
_BEGIN_STD_C
const char *sigabbrev_np(int);
const char *sigdescr_np(int);
_END_STD_C
#endif
