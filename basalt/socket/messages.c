/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending and receiving. One descriptor travels with a message. */
#include "../internal.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <limits.h>

ssize_t send(int fd, const void *data, size_t size, int flags)
{
	return result(sys_send(fd, data, size, flags, -1));
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length)
{
	(void)length;
	return address ? result(-EISCONN) : send(fd, data, size, flags);
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
	return result(sys_receive(fd, data, size, flags, nullptr));
}

ssize_t recvfrom(int fd, void *restrict data, size_t size, int flags, struct sockaddr *restrict address,
    socklen_t *restrict length)
{
	if (address && length)
		*length = 0;
	return recv(fd, data, size, flags);
}

static int passed_descriptor(const struct msghdr *message, int *out)
{
	*out = -1;
	if (!message->msg_control)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			return -EINVAL;
		if (c->cmsg_len != CMSG_LEN(sizeof(int)) || *out >= 0)
			return -EMSGSIZE;
		memcpy(out, CMSG_DATA(c), sizeof *out);
	}
	return 0;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	int passed, error = passed_descriptor(message, &passed);
	ssize_t done = 0;

	if (error)
		return result(error);
	for (int i = 0; i < message->msg_iovlen; i++) {
		if (message->msg_iov[i].iov_len == 0)
			continue;
		ssize_t part = sys_send(fd, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len, flags, passed);

		if (part < 0)
			return done ? done : result(part);
		passed = -1;
		done += part;
		if ((size_t)part < message->msg_iov[i].iov_len)
			break;
	}
	return done;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	int passed = -1;
	ssize_t done = 0;

	for (int i = 0; i < message->msg_iovlen; i++) {
		if (message->msg_iov[i].iov_len == 0)
			continue;
		ssize_t part = sys_receive(fd, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len,
		    done ? flags | MSG_DONTWAIT : flags, &passed);

		if (part < 0)
			return done ? done : result(part);
		done += part;
		if (passed >= 0 || (size_t)part < message->msg_iov[i].iov_len)
			break;
	}
	message->msg_flags = 0;
	message->msg_namelen = 0;
	if (passed >= 0 && message->msg_control && message->msg_controllen >= CMSG_SPACE(sizeof(int))) {
		struct cmsghdr *c = CMSG_FIRSTHDR(message);

		*c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(c), &passed, sizeof passed);
		message->msg_controllen = CMSG_SPACE(sizeof(int));
	} else {
		if (passed >= 0) {
			(void)sys_close(passed);
			message->msg_flags = MSG_CTRUNC;
		}
		message->msg_controllen = 0;
	}
	return done;
}
