/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading libraries while running: programs are static, dlopen fails and says so. */
#pragma once

#include <sys/cdefs.h>
#define RTLD_LAZY 1
#define RTLD_NOW 2
#define RTLD_GLOBAL 0x100
#define RTLD_LOCAL 0
#define RTLD_DEFAULT ((void *)0)
#define RTLD_NEXT ((void *)-1)
_BEGIN_STD_C
void *dlopen(const char *, int);
void *dlsym(void *__restrict, const char *__restrict);
int dlclose(void *);
char *dlerror(void);
_END_STD_C
