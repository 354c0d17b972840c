/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX calls at their edges, as a program sees them; TAP. Built with the SDK, run by posix_test.py. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "tap.h"

#define FILE_SIZE 8192
#define NOWHERE ((char *)1)
/* More than the calls after which the library reads a file by itself. */
#define MANY 20

static char page[FILE_SIZE];

#define CHECK_FAULT(call) \
	do { \
		errno = 0; \
		check((call) == -1 && errno == EFAULT, #call " is EFAULT", __LINE__); \
	} while (0)

/* A file full of 'a'. */
static int file(void)
{
	int fd = open("/tmp/posix_calls", O_RDWR | O_CREAT | O_TRUNC, 0644);

	memset(page, 'a', sizeof page);
	CHECK(write(fd, page, sizeof page) == FILE_SIZE);
	return fd;
}

static int viewed_file(void)
{
	int fd = file();

	for (int i = 0; i < MANY; i++)
		CHECK(pread(fd, page, 100, 0) == 100);
	return fd;
}

static void bad_buffers(void)
{
	struct stat st;
	int pipes[2], fd = file(), zero = open("/dev/zero", O_RDONLY);

	CHECK_FAULT(read(zero, NOWHERE, 10));
	CHECK_FAULT(pread(fd, NOWHERE, 10, 0));
	CHECK_FAULT(pread(fd, NOWHERE, FILE_SIZE, 0));
	CHECK_FAULT(write(fd, NOWHERE, 10));
	CHECK_FAULT(write(fd, NOWHERE, 10000));
	CHECK_FAULT(open(NOWHERE, O_RDONLY));
	CHECK_FAULT(stat(NOWHERE, &st));
	CHECK_FAULT(stat("/tmp", (struct stat *)NOWHERE));
	CHECK_FAULT(fstat(fd, (struct stat *)NOWHERE));
	CHECK_FAULT(access(NOWHERE, F_OK));
	CHECK_FAULT(unlink(NOWHERE));
	CHECK_FAULT(chdir(NOWHERE));
	char *constant = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_FAULT(pread(fd, constant, 100, 0));
	munmap(constant, 4096);
	CHECK(pipe(pipes) == 0 && write(pipes[1], "x", 1) == 1);
	CHECK_FAULT(read(pipes[0], NOWHERE, 1));
	CHECK(read(pipes[0], page, 1) == 1 && page[0] == 'x');
	close(pipes[0]);
	close(pipes[1]);
	close(zero);
	close(fd);
}

static void bad_buffers_blocked(void)
{
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	bad_buffers();
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void faults_kill(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		*(volatile char *)NOWHERE = 1;
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void reads_see_writes(void)
{
	int fd = viewed_file();

	CHECK_FAULT(pread(fd, NOWHERE, 10, 0));
	CHECK(pread(fd, page, 10, FILE_SIZE - 2) == 2);
	CHECK(pread(fd, page, 10, FILE_SIZE + 1) == 0);
	CHECK(lseek(fd, 0, SEEK_END) == FILE_SIZE);
	CHECK(write(fd, "tail", 4) == 4);
	CHECK(lseek(fd, 0, SEEK_CUR) == FILE_SIZE + 4);
	CHECK(pread(fd, page, 10, FILE_SIZE - 2) == 6 && memcmp(page, "aatail", 6) == 0);
	CHECK(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL);
	close(fd);
}

static void offset_is_shared(void)
{
	int status, fd = viewed_file();

	CHECK(lseek(fd, 10, SEEK_SET) == 10 && read(fd, page, 5) == 5);
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < MANY; i++)
			if (read(fd, page, 5) != 5)
				_exit(1);
		_exit(lseek(fd, 1, SEEK_CUR) != 116);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(lseek(fd, 0, SEEK_CUR) == 116);
	close(fd);
}

static void truncation_is_seen(void)
{
	int status, fd = viewed_file();

	CHECK(ftruncate(fd, 3) == 0 && pread(fd, page, 10, 0) == 3);
	CHECK(ftruncate(fd, 0) == 0 && pread(fd, page, 10, 0) == 0);
	CHECK(pwrite(fd, "new", 3, 0) == 3 && pread(fd, page, 10, 0) == 3 && page[0] == 'n');
	close(fd);
	fd = viewed_file();
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 300; i++)
			if (ftruncate(fd, 0) != 0 || pwrite(fd, page, sizeof page, 0) != FILE_SIZE)
				_exit(1);
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0)
		CHECK(pread(fd, page, sizeof page, 0) >= 0);
	CHECK(status == 0);
	close(fd);
}

/* A file of the boot archive moves to other memory at its first write. */
static void replaced_memory_is_read_anew(void)
{
	int status, fd = open("/etc/passwd", O_RDWR);
	struct stat st;

	CHECK(fstat(fd, &st) == 0 && st.st_size > 0);
	for (int i = 0; i < MANY; i++)
		CHECK(pread(fd, page, 1, 0) == 1);
	char first = page[0];
	pid_t child = fork();
	if (child == 0)
		_exit(pwrite(fd, "#", 1, 0) != 1);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	for (int i = 0; i < MANY; i++)
		CHECK(pread(fd, page, 1, 0) == 1 && page[0] == '#');
	CHECK(pwrite(fd, &first, 1, 0) == 1 && pread(fd, page, 1, 0) == 1 && page[0] == first);
	close(fd);
}

static void devices_keep_their_modes(void)
{
	int fd = open("/dev/null", O_RDONLY);

	CHECK(read(fd, page, 1) == 0);
	CHECK(write(fd, "x", 1) == -1 && errno == EBADF);
	close(fd);
	fd = open("/dev/null", O_WRONLY);
	CHECK(write(fd, "abc", 3) == 3);
	CHECK(read(fd, page, 1) == -1 && errno == EBADF);
	close(fd);
	CHECK(write(fd, "abc", 3) == -1 && errno == EBADF);
	fd = open("/dev/zero", O_RDWR);
	memset(page, 1, sizeof page);
	CHECK(read(fd, page, sizeof page) == FILE_SIZE && page[0] == 0 && page[FILE_SIZE - 1] == 0);
	CHECK(write(fd, page, 10) == 10);
	close(fd);
}

static void access_by_effective_ids(void)
{
	CHECK(faccessat(AT_FDCWD, "/etc/passwd", R_OK, AT_EACCESS) == 0);
	CHECK(symlink("/no/such", "/tmp/posix_link") == 0);
	CHECK(faccessat(AT_FDCWD, "/tmp/posix_link", F_OK, 0) == -1 && errno == ENOENT);
	CHECK(faccessat(AT_FDCWD, "/tmp/posix_link", F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	unlink("/tmp/posix_link");
}

/* More descriptors than the first CNode of a process has slots. */
static void forks_with_many_descriptors(void)
{
	int fds[400], status = 0;
	char byte = 0;

	for (int i = 0; i < 400; i++)
		CHECK((fds[i] = open("/dev/zero", O_RDONLY)) >= 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(pread(fds[399], &byte, 1, 0) == 1 ? 7 : 8);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
	for (int i = 0; i < 400; i++)
		close(fds[i]);
}

static void limits_are_kept_or_refused(void)
{
	struct rlimit limit;
	int fd = -1;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = 3;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK((fd = open("/dev/null", O_RDONLY)) == -1 && errno == EMFILE);
	limit.rlim_cur = before;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK((fd = open("/dev/null", O_RDONLY)) == 3);
	close(fd);
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0 && setrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = 1;
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == -1 && errno == ENOTSUP);
}

/* More than any window: all of it, as on Linux. */
static void long_reads_are_whole(void)
{
	static const char *const devices[] = {"/dev/urandom", "/dev/zero"};
	char *data = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd;

	for (unsigned i = 0; i < 2; i++) {
		fd = open(devices[i], O_RDONLY);
		CHECK(read(fd, data, 1 << 20) == 1 << 20);
		close(fd);
	}
	fd = file();
	CHECK(ftruncate(fd, 300000) == 0);
	CHECK(pread(fd, data, 1 << 20, 0) == 300000);
	CHECK(pread(fd, data, 1 << 20, 100000) == 200000);
	close(fd);
	munmap(data, 1 << 20);
}

static int is_refused(void *memory)
{
	return memory == MAP_FAILED && errno == ENOMEM;
}

static void *refused_thread(void *data)
{
	return data;
}

/* Far more than there is: refused at once, and the program goes on. What is only reserved costs nothing. */
static void memory_that_is_not_there_is_refused(void)
{
	const int private = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
	const size_t ram = (size_t)sysconf(_SC_PHYS_PAGES) * 4096, huge[] = {ram * 2, (size_t)1 << 40, (size_t)1 << 46};
	void *(*volatile allocate)(size_t) = malloc; /* the compiler knows malloc(): that it succeeds, and leaves errno alone */
	void *volatile taken;
	pthread_attr_t stack;
	pthread_t thread;
	char *memory;

	CHECK(ram > 16 << 20);
	pthread_attr_init(&stack);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(is_refused(mmap(NULL, huge[i], rw, private, -1, 0)));
		CHECK(is_refused(mmap(NULL, huge[i], PROT_WRITE, private, -1, 0)));
		CHECK(is_refused(mmap(NULL, huge[i], rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0)));
		errno = 0;
		taken = allocate(huge[i]);
		CHECK(taken == NULL && errno == ENOMEM);
		taken = calloc(huge[i] / 16, 16);
		CHECK(taken == NULL);
		CHECK((memory = malloc(100)) != NULL);
		taken = realloc(memory, huge[i]);
		CHECK(taken == NULL);
		free(memory);
		memory = mmap(NULL, huge[i], PROT_NONE, private, -1, 0);
		CHECK(memory != MAP_FAILED);
		CHECK(mprotect(memory, huge[i], rw) == -1 && errno == ENOMEM);
		CHECK(mprotect(memory + (1 << 20), 8192, rw) == 0);
		memory[1 << 20] = 1;
		CHECK(munmap(memory, huge[i]) == 0);
	}
	CHECK((memory = mmap(NULL, ram * 2, rw, private | MAP_NORESERVE, -1, 0)) != MAP_FAILED);
	memory[ram] = 1;
	CHECK(munmap(memory, ram * 2) == 0);
	CHECK(pthread_attr_setstacksize(&stack, ram * 2) == 0);
	CHECK(pthread_create(&thread, &stack, refused_thread, NULL) == EAGAIN);
	CHECK(sbrk(1 << 30) == (void *)-1 && errno == ENOMEM);
	CHECK((memory = malloc(1 << 20)) != NULL);
	memset(memory, 1, 1 << 20);
	free(memory);
}

/* A process that may have most of the machine's memory forks: the child's costs only when it is written. */
static void a_large_process_forks(void)
{
	const size_t size = (size_t)sysconf(_SC_PHYS_PAGES) * 4096 / 5 * 3;
	int status;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	for (size_t at = 0; at < size; at += 16 << 20)
		memory[at] = 1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(memory[16 << 20] = 2);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 2 && memory[16 << 20] == 1);
	munmap(memory, size);
}

static void memory_limits_are_kept(void)
{
	struct rlimit limit;
	char *memory;

	CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = 32 << 20;
	CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	CHECK(is_refused(mmap(NULL, 33 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
	CHECK((memory = mmap(NULL, 31 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
	munmap(memory, 31 << 20);
	limit.rlim_cur = before;
	CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	CHECK((memory = mmap(NULL, 33 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
	munmap(memory, 33 << 20);
}

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

static int is_group_list(int count, const gid_t *expected)
{
	gid_t groups[NGROUPS_MAX];

	return getgroups(0, NULL) == count && getgroups(NGROUPS_MAX, groups) == count &&
	    getgroups(count, groups) == count && memcmp(groups, expected, (size_t)count * sizeof *groups) == 0;
}

/* What a user has of his groups, and cannot change. */
static int user_groups(const gid_t *expected)
{
	gid_t groups[3];

	if (setgid(100) != 0 || setuid(1000) != 0 || !is_group_list(3, expected))
		return 1;
	if (getgroups(2, groups) != -1 || errno != EINVAL || getgroups(-1, groups) != -1 || errno != EINVAL)
		return 2;
	if (setgroups(0, NULL) != -1 || errno != EPERM || setgroups(1, expected) != -1 || errno != EPERM)
		return 3;
	return is_group_list(3, expected) ? 0 : 4;
}

static void supplementary_groups_come_back(void)
{
	static const gid_t groups[] = {29, 7, 4242};
	gid_t many[NGROUPS_MAX + 1] = {0};
	int status = -1;

	CHECK(setgroups(NGROUPS_MAX + 1, many) == -1 && errno == EINVAL);
	for (gid_t i = 0; i < NGROUPS_MAX; i++)
		many[i] = i + 1;
	CHECK(setgroups(NGROUPS_MAX, many) == 0 && is_group_list(NGROUPS_MAX, many));
	CHECK(setgroups(3, groups) == 0 && is_group_list(3, groups));
	pid_t child = fork();
	if (child == 0)
		_exit(user_groups(groups));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(setgroups(0, NULL) == 0 && is_group_list(0, groups));
}

#define STACK_SIZE 65536

static char signal_stack[STACK_SIZE];
static volatile struct {
	int runs, is_on_stack;
	int told, interrupted; /* ss_flags: the handler's, and those of what it interrupts */
	int refusal;
} seen[NSIG];

static void look_at_stack(int signal, siginfo_t *info, void *context)
{
	const stack_t none = {.ss_flags = SS_DISABLE};
	stack_t now;

	(void)info;
	seen[signal].is_on_stack = (char *)&now > signal_stack && (char *)&now < signal_stack + STACK_SIZE;
	seen[signal].told = sigaltstack(NULL, &now) == 0 ? now.ss_flags : -1;
	seen[signal].interrupted = ((ucontext_t *)context)->uc_stack.ss_flags;
	if (seen[signal].is_on_stack)
		seen[signal].refusal = sigaltstack(&none, NULL) == -1 ? errno : 0;
	/* Both come when this one is over, one for each stack. */
	if (signal == SIGALRM) {
		raise(SIGUSR1);
		raise(SIGUSR2);
	}
	seen[signal].runs++;
}

static int ran_on_stack(int signal, int runs)
{
	return seen[signal].runs == runs && seen[signal].is_on_stack && seen[signal].told == SS_ONSTACK &&
	    seen[signal].interrupted == 0 && seen[signal].refusal == EPERM;
}

static int ran_elsewhere(int signal, int runs, int flags)
{
	return seen[signal].runs == runs && !seen[signal].is_on_stack && seen[signal].told == flags &&
	    seen[signal].interrupted == flags;
}

/* In the midst of instructions, not in a call. */
static void wait_for_alarm(void)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 1000}};
	int before = seen[SIGALRM].runs;

	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	while (seen[SIGALRM].runs == before || seen[SIGUSR2].runs <= before)
		;
}

static void handlers_run_on_the_stack_they_want(void)
{
	static const int caught[] = {SIGALRM, SIGUSR1, SIGUSR2};
	stack_t stack = {.ss_sp = signal_stack, .ss_size = STACK_SIZE}, now;
	struct sigaction action = {.sa_sigaction = look_at_stack, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaddset(&action.sa_mask, SIGUSR1);
	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGUSR2, &action, NULL);
	wait_for_alarm();
	CHECK(ran_elsewhere(SIGALRM, 1, SS_DISABLE) && ran_elsewhere(SIGUSR1, 1, SS_DISABLE));
	CHECK(sigaltstack(&stack, NULL) == 0);
	CHECK(sigaltstack(NULL, &now) == 0 && now.ss_sp == signal_stack && now.ss_size == STACK_SIZE && now.ss_flags == 0);
	CHECK(raise(SIGUSR1) == 0 && ran_on_stack(SIGUSR1, 2));
	CHECK(raise(SIGUSR2) == 0 && ran_elsewhere(SIGUSR2, 2, 0));
	wait_for_alarm();
	CHECK(ran_on_stack(SIGALRM, 2) && ran_elsewhere(SIGUSR2, 3, 0));
	CHECK(seen[SIGUSR1].runs == 3 && seen[SIGUSR1].is_on_stack);
	stack = (stack_t){.ss_flags = SS_DISABLE};
	CHECK(sigaltstack(&stack, &now) == 0 && now.ss_sp == signal_stack && now.ss_flags == 0);
	CHECK(raise(SIGUSR1) == 0 && ran_elsewhere(SIGUSR1, 4, SS_DISABLE));
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		signal(caught[i], SIG_DFL);
}

static void bad_signal_stacks_are_refused(void)
{
	stack_t stack = {.ss_sp = signal_stack, .ss_size = MINSIGSTKSZ - 1}, now;

	CHECK(sigaltstack(&stack, NULL) == -1 && errno == ENOMEM);
	stack = (stack_t){.ss_sp = signal_stack, .ss_size = STACK_SIZE, .ss_flags = 64};
	CHECK(sigaltstack(&stack, NULL) == -1 && errno == EINVAL);
	stack.ss_flags = SS_DISABLE | SS_ONSTACK;
	CHECK(sigaltstack(&stack, NULL) == -1 && errno == EINVAL);
	CHECK(sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_DISABLE);
	stack = (stack_t){.ss_sp = signal_stack, .ss_size = MINSIGSTKSZ};
	CHECK(sigaltstack(&stack, NULL) == 0);
	stack.ss_flags = SS_DISABLE;
	CHECK(sigaltstack(&stack, NULL) == 0);
}

/* Its flags; and it leaves one behind. */
static void *take_signal_stack(void *flags)
{
	const stack_t stack = {.ss_sp = signal_stack, .ss_size = STACK_SIZE};
	stack_t before = {0};

	CHECK(sigaltstack(&stack, &before) == 0);
	*(int *)flags = before.ss_flags;
	return NULL;
}

static void threads_begin_without_signal_stack(void)
{
	pthread_t thread;
	int flags;

	for (int i = 0; i < 3; i++) {
		flags = 0;
		CHECK(pthread_create(&thread, NULL, take_signal_stack, &flags) == 0 && pthread_join(thread, NULL) == 0);
		CHECK(flags == SS_DISABLE);
	}
}

int main(void)
{
	run("bad buffers are EFAULT and lose nothing", bad_buffers);
	run("so they are with every signal blocked", bad_buffers_blocked);
	run("a fault of the program itself still kills it", faults_kill);
	run("reads without the server see every write", reads_see_writes);
	run("the offset is one for parent and child", offset_is_shared);
	run("truncation is seen at once and kills no reader", truncation_is_seen);
	run("memory that is replaced is read anew", replaced_memory_is_read_anew);
	run("null and zero keep their access modes", devices_keep_their_modes);
	run("long reads of files and devices are whole", long_reads_are_whole);
	run("faccessat by effective ids and without following", access_by_effective_ids);
	run("a process with many descriptors forks", forks_with_many_descriptors);
	run("limits are kept, or refused", limits_are_kept_or_refused);
	run("memory that is not there is refused", memory_that_is_not_there_is_refused);
	run("a large process forks", a_large_process_forks);
	run("limits of memory are kept", memory_limits_are_kept);
	run("terminals are passed through sockets", terminals_are_passed);
	run("hang-ups are told, and only those", hang_ups_are_told);
	run("supplementary groups come back, and are root's to set", supplementary_groups_come_back);
	run("handlers run on the stack that they want", handlers_run_on_the_stack_they_want);
	run("bad signal stacks are refused", bad_signal_stacks_are_refused);
	run("threads begin without a signal stack", threads_begin_without_signal_stack);
	unlink("/tmp/posix_calls");
	return finish();
}
