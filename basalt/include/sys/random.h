/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes from the kernel's generator. */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#define GRND_NONBLOCK 1
#define GRND_RANDOM 2
#define GRND_INSECURE 4
_BEGIN_STD_C
ssize_t getrandom(void *, size_t, unsigned);
int getentropy(void *, size_t);
_END_STD_C
