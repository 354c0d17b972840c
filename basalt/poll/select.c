/* SPDX-License-Identifier: BSD-2-Clause */
/* select and pselect, by poll. */
#include "../internal.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>

#define FEW 64

static bool has(const fd_set *set, int fd)
{
	return set && FD_ISSET(fd, set);
}

int pselect(int limit, fd_set *restrict reads, fd_set *restrict writes, fd_set *restrict errors,
    const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
	struct pollfd few[FEW], *polls = few;
	int count = 0, ready = 0;

	if (limit < 0 || limit > FD_SETSIZE) {
		errno = EINVAL;
		return -1;
	}
	if (limit > FEW && !(polls = malloc((size_t)limit * sizeof *polls)))
		return -1;
	for (int fd = 0; fd < limit; fd++) {
		short events = (short)((has(reads, fd) ? POLLIN : 0) | (has(writes, fd) ? POLLOUT : 0) | (has(errors, fd) ? POLLPRI : 0));

		if (events)
			polls[count++] = (struct pollfd){.fd = fd, .events = events};
	}
	int error = sys_poll(polls, (size_t)count, timeout, mask);
	for (int i = 0; i < count && error >= 0; i++)
		if (polls[i].revents & POLLNVAL)
			error = -EBADF;
	if (error >= 0) {
		if (reads)
			FD_ZERO(reads);
		if (writes)
			FD_ZERO(writes);
		if (errors)
			FD_ZERO(errors);
	}
	for (int i = 0; i < count && error >= 0; i++) {
		short events = polls[i].revents;

		if (polls[i].events & POLLIN && events & (POLLIN | POLLHUP | POLLERR)) {
			FD_SET(polls[i].fd, reads);
			ready++;
		}
		if (polls[i].events & POLLOUT && events & (POLLOUT | POLLERR)) {
			FD_SET(polls[i].fd, writes);
			ready++;
		}
		if (polls[i].events & POLLPRI && events & POLLPRI) {
			FD_SET(polls[i].fd, errors);
			ready++;
		}
	}
	if (polls != few)
		free(polls);
	return error < 0 ? (int)result(error) : ready;
}

int select(int limit, fd_set *restrict reads, fd_set *restrict writes, fd_set *restrict errors,
    struct timeval *restrict timeout)
{
	struct timespec time;

	if (timeout) {
		if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
			errno = EINVAL;
			return -1;
		}
		time = (struct timespec){.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000,
		    .tv_nsec = timeout->tv_usec % 1000000 * 1000};
	}
	return pselect(limit, reads, writes, errors, timeout ? &time : nullptr, nullptr);
}
