/* SPDX-License-Identifier: BSD-2-Clause */
/* Scattered reads and writes. */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
struct iovec {
	void *iov_base;
	size_t iov_len;
};
#define UIO_MAXIOV 1024
_BEGIN_STD_C
ssize_t readv(int, const struct iovec *, int);
ssize_t writev(int, const struct iovec *, int);
ssize_t preadv(int, const struct iovec *, int, off_t);
ssize_t pwritev(int, const struct iovec *, int, off_t);
_END_STD_C
