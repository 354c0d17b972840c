/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes that are killed at any moment: churn COUNT [SEED [WAY]]. Forks COUNT children, each of which soon is in the middle of something: fork,
 * exec, waiting in one of the ways there are, holding pipes, sockets, mappings, threads. The parent kills it after a random number of
 * turns and waits. What the system holds afterwards is compared with what it held before, to the last slot and byte: what may be larger than at boot
 * are tables, as large as the most that was alive at once; so first there is a crowd, larger than what comes after it ever is.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "usage.h"

extern char **environ;

#define FILES 16

static uint32_t state = 1;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

/* ---- what children do; each goes on until it is killed or has nothing left to do ---- */

static void forks(void)
{
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0)
			(void)waitpid(pid, nullptr, 0);
	}
}

static void leaves_orphans(void)
{
	if (fork() == 0)
		(void)usleep(any(2000));
}

static void execs(void)
{
	execl("/tmp/churn", "churn", "nothing", (char *)nullptr);
	_exit(1);
}

static void spawns(void)
{
	char *const arguments[] = {"churn", "nothing", nullptr};
	pid_t pid;

	if (posix_spawn(&pid, "/tmp/churn", nullptr, nullptr, arguments, environ) == 0)
		(void)waitpid(pid, nullptr, 0);
}

static void pipes(void)
{
	char bytes[512] = {};
	int ends[8][2];

	for (int i = 0; i < 8; i++)
		if (pipe(ends[i]) == 0)
			(void)!write(ends[i][1], bytes, any(sizeof bytes));
	(void)!read(ends[any(8)][0], bytes, sizeof bytes);
	(void)!read(ends[0][0], bytes, sizeof bytes);
	(void)!read(ends[0][0], bytes, 1); /* for ever */
}

static void full_pipe(void)
{
	static char bytes[65536];
	int ends[2];

	if (pipe(ends) == 0)
		for (;;)
			(void)!write(ends[1], bytes, sizeof bytes);
}

static void sockets(void)
{
	char byte = 0;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
		(void)!write(pair[0], &byte, 1);
		(void)!read(pair[1], &byte, 1);
		(void)!read(pair[1], &byte, 1);
	}
}

/* A descriptor under way in a message when its sender dies. */
static void passes_descriptor(void)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec one = {"x", 1};
	struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return;
	*head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(head), &pair[1], sizeof(int));
	(void)sendmsg(pair[0], &message, 0);
	(void)pause();
}

static void maps(void)
{
	for (int i = 0; i < 8; i++) {
		size_t size = (1 + any(16)) * 4096;
		char *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, (i & 1 ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);

		if (memory != MAP_FAILED)
			memset(memory, i, size);
	}
	if (fork() == 0)
		(void)usleep(any(500));
}

static const char *file_name(int number)
{
	static char name[32];

	snprintf(name, sizeof name, "/tmp/f%d", number % FILES);
	return name;
}

static void maps_file(void)
{
	const char *name = file_name((int)getpid());
	int fd = open(name, O_RDWR | O_CREAT, 0600);
	(void)!write(fd, name, strlen(name));
	char *memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory != MAP_FAILED)
		memory[1] = 1;
	(void)unlink(name);
	(void)usleep(any(1000));
}

static void *sleeper(void *argument)
{
	(void)usleep(1000);
	return argument;
}

static void threads(void)
{
	pthread_t thread[3];

	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread[i], nullptr, sleeper, nullptr) != 0)
			thread[i] = 0;
	for (int i = 0; i < 3; i++)
		if (thread[i])
			pthread_join(thread[i], nullptr);
}

static void locks(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&mutex);
	pthread_mutex_lock(&mutex); /* for ever */
}

static void waits(void)
{
	if (fork() == 0) {
		(void)usleep(300);
		_exit(0);
	}
	(void)wait(nullptr);
	(void)wait(nullptr);
	(void)pause();
}

static void polls(void)
{
	struct pollfd files[2];
	int ends[2];

	if (pipe(ends) != 0)
		return;
	files[0] = (struct pollfd){.fd = ends[0], .events = POLLIN};
	files[1] = (struct pollfd){.fd = ends[1], .events = 0};
	(void)poll(files, 2, -1);
}

static void waits_for_signal(void)
{
	sigset_t set;
	int signal;

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, nullptr);
	(void)sigwait(&set, &signal);
	(void)pause();
}

static void fifo(void)
{
	(void)mkfifo("/tmp/fifo", 0600);
	(void)open("/tmp/fifo", O_RDONLY);
}

static void sleeps(void)
{
	struct timespec time = {.tv_sec = 100};

	nanosleep(&time, nullptr);
}

static void reads_proc(void)
{
	char text[512];
	int fd = open("/proc/self/stat", O_RDONLY);

	(void)!read(fd, text, sizeof text);
	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	(void)fchdir(fd);
}

static void spins(void)
{
	for (;;)
		;
}

static void (*const ways[])(void) = {forks, leaves_orphans, execs, spawns, pipes, full_pipe, sockets, passes_descriptor, maps,
    maps_file, threads, locks, waits, polls, waits_for_signal, fifo, sleeps, reads_proc, spins};

#define WAYS (sizeof ways / sizeof ways[0])
#define COHORT 4

/* ---- the parent ---- */

static int failures, only = -1;

static void one(unsigned number)
{
	pid_t pid = fork();

	if (pid < 0) {
		failures++;
		return;
	}
	if (pid == 0) {
		(void)setpgid(0, 0);
		state += (uint32_t)getpid() * 2654435761u;
		ways[only >= 0 ? (unsigned)only % WAYS : number % WAYS]();
		_exit(0);
	}
	switch (any(4)) {
	case 0: /* at once */
		break;
	case 1:
		for (uint32_t i = any(8); i > 0; i--)
			sched_yield();
		break;
	default:
		(void)usleep(any(any(4) ? 1200 : 8000));
	}
	(void)kill(pid, SIGKILL);
	(void)kill(-pid, SIGKILL); /* its children */
	if (waitpid(pid, nullptr, 0) != pid)
		failures++;
}

/* Of those who were killed before they could. */
static void remove_files(void)
{
	for (int i = 0; i < FILES; i++)
		(void)unlink(file_name(i));
	(void)unlink("/tmp/fifo");
}

/* As many at once as there never are later: with a cohort of each kind, each of whom holds whatever he has opened, and some files. */
static void crowd(void)
{
	static pid_t pids[WAYS * COHORT];
	char byte;
	int ends[2];

	if (pipe(ends) != 0)
		exit(2);
	for (int i = 0; i < FILES; i++)
		(void)close(open(file_name(i), O_RDWR | O_CREAT, 0600));
	for (unsigned i = 0; i < WAYS * COHORT; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			failures++;
		if (pids[i] != 0)
			continue;
		(void)setpgid(0, 0);
		state += (uint32_t)getpid() * 2654435761u;
		for (unsigned file = 0; file < 8; file++)
			(void)!open("/dev/null", O_RDONLY);
		(void)!write(ends[1], "", 1);
		ways[i % WAYS]();
		for (;;)
			(void)pause();
	}
	for (unsigned i = 0; i < WAYS * COHORT; i++)
		(void)!read(ends[0], &byte, 1); /* everybody is there */
	(void)usleep(20000); /* and does something; if not, the crowd is only smaller */
	for (unsigned i = 0; i < WAYS * COHORT; i++) {
		if (pids[i] <= 0)
			continue;
		(void)kill(-pids[i], SIGKILL);
		(void)kill(pids[i], SIGKILL);
		if (waitpid(pids[i], nullptr, 0) != pids[i])
			failures++;
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void churn(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		one(i);
	remove_files();
}

int main(int argc, char **argv)
{
	struct usage before, after;

	if (argc < 2 || strcmp(argv[1], "nothing") == 0)
		return 0;
	unsigned count = (unsigned)atoi(argv[1]);
	if (argc > 2)
		state = (uint32_t)atoi(argv[2]) | 1;
	if (argc > 3)
		only = atoi(argv[3]);
	unsigned long processes = usage_value("procmgr.processes");
	crowd();
	churn(4 * WAYS);
	usage_settle(&before, processes);
	churn(count);
	usage_settle(&after, processes);
	int leaks = usage_compare(&before, &after, 0);
	printf("%u processes, %d failures, %d leaks\n", count, failures, leaks);
	return leaks || failures;
}
