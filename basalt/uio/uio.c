/* SPDX-License-Identifier: BSD-2-Clause */
/* Scattered reads and writes. Short ones are one call, so that a pipe sees them whole. */
#include "../internal.h"

#include <string.h>
#include <sys/uio.h>
#include <limits.h>

#define SHORT 2048

static ssize_t total(const struct iovec *vector, int count)
{
	size_t sum = 0;

	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	for (int i = 0; i < count; i++) {
		sum += vector[i].iov_len;
		if (sum > SSIZE_MAX)
			return -EINVAL;
	}
	return (ssize_t)sum;
}

static ssize_t transfer(int fd, const struct iovec *vector, int count, off_t offset, bool writes)
{
	ssize_t done = 0, sum = total(vector, count);
	char whole[SHORT];

	if (sum < 0)
		return result(sum);
	if (writes && count > 1 && sum <= SHORT) {
		size_t at = 0;

		for (int i = 0; i < count; i++) {
			memcpy(whole + at, vector[i].iov_base, vector[i].iov_len);
			at += vector[i].iov_len;
		}
		return result(offset < 0 ? sys_write(fd, whole, at) : sys_pwrite(fd, whole, at, offset));
	}
	for (int i = 0; i < count; i++) {
		char *base = vector[i].iov_base;
		size_t size = vector[i].iov_len;

		if (size == 0)
			continue;
		ssize_t part = writes ? offset < 0 ? sys_write(fd, base, size) : sys_pwrite(fd, base, size, offset + done)
		    : offset < 0      ? sys_read(fd, base, size)
				      : sys_pread(fd, base, size, offset + done);
		if (part < 0)
			return done ? done : result(part);
		done += part;
		if ((size_t)part < size)
			break;
	}
	return done;
}

ssize_t readv(int fd, const struct iovec *vector, int count)
{
	return transfer(fd, vector, count, -1, false);
}

ssize_t writev(int fd, const struct iovec *vector, int count)
{
	return transfer(fd, vector, count, -1, true);
}

ssize_t preadv(int fd, const struct iovec *vector, int count, off_t offset)
{
	return offset < 0 ? result(-EINVAL) : transfer(fd, vector, count, offset, false);
}

ssize_t pwritev(int fd, const struct iovec *vector, int count, off_t offset)
{
	return offset < 0 ? result(-EINVAL) : transfer(fd, vector, count, offset, true);
}
