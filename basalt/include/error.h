/* SPDX-License-Identifier: BSD-2-Clause */
/* GNU's error function. */
#pragma once

#include <sys/cdefs.h>
_BEGIN_STD_C
extern unsigned error_message_count;
extern int error_one_per_line;
extern void (*error_print_progname)(void);
void error(int, int, const char *, ...) __attribute__((__format__(__printf__, 3, 4)));
_END_STD_C
