/* SPDX-License-Identifier: BSD-2-Clause */
/* poll, ppoll. */
#include "../internal.h"

#include <poll.h>
#include <unistd.h>

int poll(struct pollfd *polls, nfds_t count, int timeout)
{
	struct timespec time = {.tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000l};

	return ppoll(polls, count, timeout < 0 ? nullptr : &time, nullptr);
}

int ppoll(struct pollfd *polls, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	/* More than there can be descriptors is a mistake. */
	return (int)result(count > (nfds_t)getdtablesize() ? -EINVAL : sys_poll(polls, count, timeout, mask));
}
