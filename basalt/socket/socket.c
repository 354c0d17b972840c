/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets. */
#include "../internal.h"

#include <string.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol)
{
	return (int)result(sys_socket(domain, type, protocol));
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	return (int)result(sys_socketpair(domain, type, protocol, fds));
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	return (int)result(sys_bind(fd, address, size));
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	return (int)result(sys_connect(fd, address, size));
}

int listen(int fd, int backlog)
{
	return (int)result(sys_listen(fd, backlog));
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	return (int)result(sys_accept(fd, address, size, 0));
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict size, int flags)
{
	return (int)result(sys_accept(fd, address, size, flags));
}

int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	return (int)result(sys_socket_name(fd, false, address, size));
}

int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
	return (int)result(sys_socket_name(fd, true, address, size));
}

int shutdown(int fd, int how)
{
	return (int)result(sys_shutdown(fd, how));
}

static int put_option(const void *value, size_t size, void *out, socklen_t *out_size)
{
	if (*out_size < size)
		size = *out_size;
	memcpy(out, value, size);
	*out_size = (socklen_t)size;
	return 0;
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict size)
{
	int number = 0, error = sys_is_socket(fd);
	struct ucred credentials;

	if (error)
		return (int)result(error);
	if (level == SOL_SOCKET) {
		switch (option) {
		case SO_TYPE:
			number = SOCK_STREAM;
			return put_option(&number, sizeof number, value, size);
		case SO_DOMAIN:
			number = AF_UNIX;
			return put_option(&number, sizeof number, value, size);
		case SO_ERROR:
		case SO_PROTOCOL:
			return put_option(&number, sizeof number, value, size);
		case SO_PEERCRED:
			error = sys_socket_peer(fd, &credentials);
			return error ? (int)result(error) : put_option(&credentials, sizeof credentials, value, size);
		default:
			break;
		}
	}
	errno = ENOPROTOOPT;
	return -1;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	int error = sys_is_socket(fd);

	(void)value;
	(void)size;
	if (error)
		return (int)result(error);
	/* Local sockets have nothing to reuse, and their buffers one size. */
	if (level == SOL_SOCKET &&
	    (option == SO_REUSEADDR || option == SO_SNDBUF || option == SO_RCVBUF || option == SO_KEEPALIVE))
		return 0;
	errno = ENOPROTOOPT;
	return -1;
}

int getpeereid(int fd, uid_t *uid, gid_t *gid)
{
	struct ucred credentials;
	int error = sys_socket_peer(fd, &credentials);

	if (error)
		return (int)result(error);
	*uid = credentials.uid;
	*gid = credentials.gid;
	return 0;
}

int sockatmark(int fd)
{
	return (int)result(sys_is_socket(fd));
}
