/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of paths. */
#pragma once

#include <sys/cdefs.h>
_BEGIN_STD_C
char *dirname(char *);
char *__xpg_basename(char *);
#define basename __xpg_basename
_END_STD_C
