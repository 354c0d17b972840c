/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How streams read and write: one system call a transfer, no vectors.
 *
 * Short requests go through the buffer, long ones straight to the caller's memory, so that a vector
 * that a system splits in two calls can never wait for its second half.
 */
#include <string.h>
#include <unistd.h>
#include "stdio_impl.h"

size_t __stdio_read(FILE *f, unsigned char *data, size_t length)
{
	if (length >= f->buf_size) {
		ssize_t count = read(f->fd, data, length);
		if (count <= 0) {
			f->flags |= count ? F_ERR : F_EOF;
			return 0;
		}
		return count;
	}
	ssize_t count = read(f->fd, f->buf, f->buf_size);
	if (count <= 0) {
		f->flags |= count ? F_ERR : F_EOF;
		return 0;
	}
	size_t taken = (size_t)count < length ? (size_t)count : length;
	memcpy(data, f->buf, taken);
	f->rpos = f->buf + taken;
	f->rend = f->buf + count;
	return taken;
}

/* Write all of it; false after an error, with what is left in *length. */
static int write_all(FILE *f, const unsigned char *data, size_t *length)
{
	while (*length) {
		ssize_t count = write(f->fd, data, *length);
		if (count < 0) {
			f->wpos = f->wbase = f->wend = NULL;
			f->flags |= F_ERR;
			return 0;
		}
		data += count;
		*length -= count;
	}
	return 1;
}

size_t __stdio_write(FILE *f, const unsigned char *data, size_t length)
{
	size_t pending = f->wpos - f->wbase, left = length;
	if (pending && length && length <= f->buf_size && pending <= f->buf_size - length) {
		memcpy(f->wpos, data, length);
		pending += length;
		left = 0;
	}
	if (!write_all(f, f->wbase, &pending))
		return 0;
	if (!write_all(f, data, &left))
		return length - left;
	f->wend = f->buf + f->buf_size;
	f->wpos = f->wbase = f->buf;
	return length;
}
