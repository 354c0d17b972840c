/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process may have: descriptors and memory. */
#include "posix_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

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
	limit.rlim_cur = 20; /* for programs that are started, too */
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(system("exec 19</dev/null && ! (exec 20</dev/null) 2>/dev/null") == 0);
	limit.rlim_cur = before;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK((fd = open("/dev/null", O_RDONLY)) == 3);
	close(fd);
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0 && setrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = 1;
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == -1 && errno == ENOTSUP);
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

/* Allocators of their own use it. What is given back is zero when it comes again, and a child's is its own. */
static void the_break_moves(void)
{
	char *start = sbrk(0);
	int status;

	CHECK(start != (void *)-1 && sbrk(0) == start && brk(start) == 0);
	CHECK(sbrk(10000) == start && sbrk(0) == start + 10000);
	memset(start, 7, 10000);
	CHECK(sbrk(-5000) == start + 10000 && start[4999] == 7);
	CHECK(brk(start + 20000) == 0 && start[4999] == 7 && start[8192] == 0 && start[19999] == 0);
	pid_t child = fork();
	if (child == 0) {
		start[0] = 8;
		_exit(sbrk(4096) != start + 20000 || start[24095] != 0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0 && start[0] == 7 && sbrk(0) == start + 20000);
	child = fork();
	if (child == 0) {
		if (brk(start) != 0)
			_exit(1);
		*(volatile char *)(start + 4096) = 1; /* nothing is there any more */
		_exit(2);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	const intptr_t wrong[] = {INTPTR_MAX, INTPTR_MIN, (intptr_t)1 << 40, -20001, -(intptr_t)(uintptr_t)start - 20001};
	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		errno = 0;
		CHECK(sbrk(wrong[i]) == (void *)-1 && errno == ENOMEM);
	}
	errno = 0;
	CHECK(brk(start - 1) == -1 && errno == ENOMEM && brk(NULL) == -1 && sbrk(0) == start + 20000);
	CHECK(brk(start) == 0);
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

void test_limits(void)
{
	run("a process with many descriptors forks", forks_with_many_descriptors);
	run("limits are kept, or refused", limits_are_kept_or_refused);
	run("memory that is not there is refused", memory_that_is_not_there_is_refused);
	run("the break moves", the_break_moves);
	run("a large process forks", a_large_process_forks);
	run("limits of memory are kept", memory_limits_are_kept);
}
