/* SPDX-License-Identifier: BSD-2-Clause */
/* See hoard.h. Each worker takes one kind of thing, and keeps asking at its limit. */
#include "hoard.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER "/tmp/hoard"
#define WORKERS_EACH 2
#define FILL 65536
#define SPARSE (2l << 20)
#define SHARED (16ul << 20)
#define REFUSALS_EACH 20 /* then it only keeps what it has */

static long *refusals, *others;
static char bytes[FILL];

static void refused(void)
{
	static int count;
	const int allowed[] = {EMFILE, ENFILE, ENOLCK, ENOMEM, ENOBUFS, ENOSPC, EAGAIN};
	bool is_allowed = false;

	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		is_allowed |= errno == allowed[i];
	__atomic_add_fetch(is_allowed ? refusals : others, 1, __ATOMIC_RELAXED);
	while (count >= REFUSALS_EACH)
		(void)pause();
	count++;
	(void)usleep(10000);
}

static void fill(int fd)
{
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, bytes, sizeof bytes) > 0)
		;
}

static void take_pipes(void)
{
	int ends[2];

	for (;;) {
		if (pipe(ends) == 0)
			fill(ends[1]);
		else
			refused();
	}
}

static void take_sockets(void)
{
	int ends[2];

	for (;;) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
			refused();
			continue;
		}
		fill(ends[0]);
		fill(ends[1]);
	}
}

/* Connections that nobody accepts, with data in them, of clients that are gone. */
static void take_connections(void)
{
	for (int i = 0;; i++) {
		struct sockaddr_un name = {.sun_family = AF_UNIX};
		const int listener = socket(AF_UNIX, SOCK_STREAM, 0);

		snprintf(name.sun_path, sizeof name.sun_path, FOLDER "/socket.%d.%d", (int)getpid(), i);
		if (listener < 0 || bind(listener, (struct sockaddr *)&name, sizeof name) != 0 || listen(listener, 128) != 0) {
			refused();
			close(listener);
			continue;
		}
		for (int n = 0; n < 128; n++) {
			const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

			if (client < 0 || connect(client, (struct sockaddr *)&name, sizeof name) != 0)
				refused();
			else
				fill(client);
			close(client);
		}
	}
}

static bool pass(int socket, int fd)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
	struct iovec part = {.iov_base = bytes, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(head), &fd, sizeof fd);
	return sendmsg(socket, &message, MSG_DONTWAIT) == 1;
}

/* Sockets in sockets: it has one of them, the others are only under way. */
static void take_passed(void)
{
	int last = open("/dev/null", O_RDONLY), ends[2];

	for (;;) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
			refused();
			continue;
		}
		if (!pass(ends[0], last)) {
			refused();
			close(ends[1]);
		} else {
			close(last);
			last = ends[1];
		}
		close(ends[0]);
	}
}

static int new_file(int i)
{
	char path[64];

	snprintf(path, sizeof path, FOLDER "/%d.%d", (int)getpid(), i);
	return open(path, O_RDWR | O_CREAT, 0600);
}

static void take_locks(void)
{
	const int fd = new_file(0);

	for (off_t at = 0;; at += 2) {
		struct flock lock = {.l_type = F_WRLCK, .l_start = at, .l_len = 1};

		if (fcntl(fd, F_SETLK, &lock) != 0)
			refused();
	}
}

static void take_files(void)
{
	for (int i = 0;; i++) {
		const int fd = new_file(i);

		if (fd < 0 || write(fd, bytes, 4000) != 4000)
			refused();
		close(fd);
	}
}

/* Pages that lie far apart. */
static void take_sparse_files(void)
{
	for (int i = 0;; i++) {
		const int fd = new_file(i);

		for (off_t at = 0; at < 64 * SPARSE; at += SPARSE) {
			if (fd < 0 || pwrite(fd, bytes, 1, at) != 1) {
				refused();
				break;
			}
		}
		close(fd);
	}
}

static void take_large_files(void)
{
	const int fd = new_file(0);

	for (;;)
		if (write(fd, bytes, sizeof bytes) <= 0)
			refused();
}

/* Texts that are computed as they are opened. */
static void take_texts(void)
{
	for (;;)
		if (open("/proc/self/maps", O_RDONLY) < 0)
			refused();
}

static void on_bus_error(int number)
{
	(void)number;
	errno = ENOMEM; /* touching memory has no other answer */
	refused();
	for (;;)
		(void)pause();
}

static void take_shared_memory(void)
{
	(void)signal(SIGBUS, on_bus_error);
	for (;;) {
		volatile char *memory = mmap(nullptr, SHARED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED) {
			refused();
			continue;
		}
		for (size_t i = 0; i < SHARED; i += 4096)
			memory[i] = 1;
	}
}

void hoard(long *may, long *may_not)
{
	void (*const takers[])(void) = {take_pipes, take_sockets, take_connections, take_passed, take_locks, take_files, take_sparse_files,
	    take_large_files, take_texts, take_shared_memory};
	struct rlimit files;

	refusals = may;
	others = may_not;
	(void)mkdir(FOLDER, 0700);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	for (int i = 0; i < WORKERS_EACH; i++)
		for (size_t kind = 0; kind < sizeof takers / sizeof takers[0]; kind++)
			if (fork() == 0)
				takers[kind]();
	for (;;)
		(void)pause();
}

int hoard_errand(void)
{
	char path[64], text[4] = "";
	int ends[2], status = -1;
	struct flock lock = {.l_type = F_WRLCK, .l_len = 1};

	snprintf(path, sizeof path, "/tmp/errand.%d", (int)getpid());
	const int fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || write(fd, bytes, 10000) != 10000 || fcntl(fd, F_SETLK, &lock) != 0 || unlink(path) != 0)
		return 1;
	char *memory = mmap(nullptr, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || !pass(ends[0], fd))
		return 2;
	memset(memory, 1, 65536);
	if (pipe(ends) != 0)
		return 3;
	const pid_t pid = fork();
	if (pid == 0)
		_exit(write(ends[1], "yes", 3) != 3 || open("/proc/self/maps", O_RDONLY) < 0);
	if (pid < 0 || read(ends[0], text, 3) != 3 || waitpid(pid, &status, 0) != pid || status != 0)
		return 4;
	return 0;
}

static int remove_it(const char *path, const struct stat *stat, int flag, struct FTW *where)
{
	(void)stat, (void)flag, (void)where;
	return remove(path);
}

void hoard_clear(void)
{
	(void)nftw(FOLDER, remove_it, 16, FTW_DEPTH | FTW_PHYS);
}
