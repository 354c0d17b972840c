/* SPDX-License-Identifier: BSD-2-Clause */
/* Terminals as descriptors: passed through sockets, and polled until they hang up. */
#include "posix_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

/* With one byte. */
static bool send_descriptor(int socket, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	struct iovec byte = {.iov_base = "x", .iov_len = 1};
	struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};

	memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
	return sendmsg(socket, &message, 0) == 1;
}

static int receive_descriptor(int socket)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char text;
	int fd = -1;
	struct iovec byte = {.iov_base = &text, .iov_len = 1};
	struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};

	if (recvmsg(socket, &message, 0) == 1 && message.msg_controllen != 0)
		memcpy(&fd, CMSG_DATA(&control.head), sizeof fd);
	return fd;
}

static void terminals_are_passed(void)
{
	int sockets[2], status = 0, master = posix_openpt(O_RDWR | O_NOCTTY);
	char text[8] = "", name[64] = "";

	CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	pid_t child = fork();
	if (child == 0)
		_exit(send_descriptor(sockets[1], open(name, O_RDWR | O_NOCTTY)) && send_descriptor(sockets[1], master) ? 5 : 6);
	CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5);
	/* Nobody but the message has the slave now. */
	int slave = receive_descriptor(sockets[0]), same = receive_descriptor(sockets[0]);
	CHECK(slave >= 0 && isatty(slave) && strcmp(ttyname(slave), name) == 0);
	CHECK(write(slave, "hello", 5) == 5 && read(same, text, sizeof text) == 5 && memcmp(text, "hello", 5) == 0);
	CHECK(write(same, "ok\n", 3) == 3 && read(slave, text, sizeof text) == 3);
	CHECK(read(master, text, sizeof text) == 4); /* the echo */
	/* One that is never received is closed with the socket: the master sees the end. */
	CHECK(send_descriptor(sockets[1], slave));
	close(slave);
	close(sockets[0]);
	close(sockets[1]);
	CHECK(read(master, text, sizeof text) == -1 && errno == EIO);
	close(same);
	close(master);
}

static int polled(int fd, short events, int timeout)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};

	return poll(&poll_fd, 1, timeout) == 0 ? 0 : poll_fd.revents;
}

/* Before anybody has written there is no end; and who asks for no event at all is told of it. */
static void hang_ups_are_told(void)
{
	const int patience = 60000;
	int reader, writer, master, slave;

	CHECK(mkfifo("/tmp/posix_fifo", 0600) == 0);
	CHECK((reader = open("/tmp/posix_fifo", O_RDONLY | O_NONBLOCK)) >= 0);
	CHECK(polled(reader, POLLIN, 0) == 0 && polled(reader, POLLIN, 1) == 0);
	CHECK((writer = open("/tmp/posix_fifo", O_WRONLY)) >= 0);
	CHECK(polled(reader, POLLIN, 0) == 0);
	close(writer);
	CHECK(polled(reader, 0, patience) == POLLHUP);
	close(reader);
	unlink("/tmp/posix_fifo");
	CHECK((master = posix_openpt(O_RDWR | O_NOCTTY)) >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	CHECK((slave = open(ptsname(master), O_RDWR | O_NOCTTY)) >= 0);
	CHECK(polled(slave, 0, 0) == 0 && polled(slave, 0, 1) == 0);
	close(master);
	/* The server may learn of it on another CPU: first wait, then ask. */
	CHECK(polled(slave, 0, patience) == POLLHUP);
	CHECK(polled(slave, 0, 0) == POLLHUP);
	close(slave);
}

void test_terminals(void)
{
	run("terminals are passed through sockets", terminals_are_passed);
	run("hang-ups are told, and only those", hang_ups_are_told);
}
