/* SPDX-License-Identifier: BSD-2-Clause */
/* Included in front of every file: the vocabulary of musl's own headers. */
#pragma once

#define _GNU_SOURCE
#define _IO_FILE __file
#define hidden __attribute__((__visibility__("hidden")))
#define weak_alias(old, new) \
	extern __typeof(old) new __attribute__((__weak__, __alias__(#old)))
#define __environ environ
#define __lseek lseek
#define __dup3 dup3

/* Streams are created without locks until there are threads. */
extern int __stdio_threaded;
struct stdio_libc {
	int threaded;
};
#define libc ((struct stdio_libc){ __stdio_threaded })

#include <wctype.h>

void __randname(char *six);
