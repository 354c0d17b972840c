/* SPDX-License-Identifier: BSD-2-Clause */
/* select and pselect. */
#pragma once

#include <bits/sigset.h>
#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_timespec.h>
#include <sys/_timeval.h>

#define _SYS__SELECT_H
#define _SYS_TYPES_FD_SET
#define FD_SETSIZE 1024
typedef unsigned long fd_mask;
typedef unsigned long __fd_mask;
#define NFDBITS 64
#define __NFDBITS 64
typedef struct fd_set {
	fd_mask fds_bits[FD_SETSIZE / NFDBITS];
} fd_set;
#define FD_ZERO(s) __builtin_memset((s), 0, sizeof(fd_set))
#define FD_SET(d, s) ((void)((s)->fds_bits[(d) / NFDBITS] |= 1ul << ((d) % NFDBITS)))
#define FD_CLR(d, s) ((void)((s)->fds_bits[(d) / NFDBITS] &= ~(1ul << ((d) % NFDBITS))))
#define FD_ISSET(d, s) (((s)->fds_bits[(d) / NFDBITS] >> ((d) % NFDBITS) & 1) != 0)

_BEGIN_STD_C
int select(int, fd_set *__restrict, fd_set *__restrict, fd_set *__restrict, struct timeval *__restrict);
int pselect(int, fd_set *__restrict, fd_set *__restrict, fd_set *__restrict, const struct timespec *__restrict,
    const sigset_t *__restrict);
_END_STD_C
