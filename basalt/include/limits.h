/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits of the system; what the compiler and picolibc know stays. */
#pragma once

#include_next <limits.h>

#undef ARG_MAX
#undef CHILD_MAX
#undef OPEN_MAX
#undef PATH_MAX
#undef PIPE_BUF
#undef NL_ARGMAX
#undef RE_DUP_MAX
#undef ATEXIT_MAX
#undef LINK_MAX
#undef MAX_CANON
#undef MAX_INPUT
#undef TZNAME_MAX
#define ARG_MAX 1048576
#define PATH_MAX 3072
#define PIPE_BUF 4096
#define LINK_MAX 65535
#define MAX_CANON 4096
#define MAX_INPUT 4096
#define NGROUPS_MAX 16
#define HOST_NAME_MAX 64
#define LOGIN_NAME_MAX 256
#define TTY_NAME_MAX 32
#define SYMLOOP_MAX 40
#define SYMLINK_MAX 3071
#define FILESIZEBITS 64
#define RE_DUP_MAX 255
#define NL_ARGMAX 9
#define NL_LANGMAX 32
#define NL_MSGMAX 32767
#define NL_SETMAX 255
#define NL_TEXTMAX 2048
#define NZERO 20
#define RTSIG_MAX 30
#define SIGQUEUE_MAX 64
#define SEM_VALUE_MAX 0x7fffffff
#define PTHREAD_KEYS_MAX 128
#define PTHREAD_STACK_MIN 16384
#define PTHREAD_DESTRUCTOR_ITERATIONS 4
#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX
#endif
#ifndef LONG_BIT
#define LONG_BIT 64
#define WORD_BIT 32
#endif
#ifndef IOV_MAX
#define IOV_MAX 1024
#endif
