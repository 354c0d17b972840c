/* SPDX-License-Identifier: BSD-2-Clause */
/* As many threads as a process may have, and one more; TAP. Built with the SDK, run by posix_test.py. */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define MANY 1000
#define STACK (64 * 1024)

static pthread_t threads[4096];
static atomic_int begun, signalled, mistaken;
static sem_t signals;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local int own_number;

static void note(int signal)
{
	(void)signal;
	mistaken += !pthread_equal(pthread_self(), threads[own_number]);
	signalled++;
	sem_post(&signals);
}

static void *wait_at_gate(void *number)
{
	own_number = (int)(long)number;
	begun++;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return number;
}

/* So many that wait at the closed gate; how many there are, *error why not more. */
static int create(int count, int *error)
{
	pthread_attr_t attributes;
	int made = 0;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	while (made < count && (*error = pthread_create(&threads[made], &attributes, wait_at_gate, (void *)(long)made)) == 0)
		made++;
	pthread_attr_destroy(&attributes);
	return made;
}

static void join(int count)
{
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < count; i++) {
		void *result = NULL;

		CHECK(pthread_join(threads[i], &result) == 0 && result == (void *)(long)i);
	}
}

static int threads_told(void)
{
	char line[128];
	int count = -1;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, "Threads:", 8) == 0)
			count = atoi(line + 8);
	if (file)
		fclose(file);
	return count;
}

static void all_signalled(void)
{
	int error = 0;

	signal(SIGUSR1, note);
	pthread_mutex_lock(&gate);
	CHECK(create(MANY, &error) == MANY && error == 0);
	CHECK(threads_told() == 1 + MANY);
	while (begun < MANY)
		sched_yield();
	for (int i = 0; i < MANY; i++)
		CHECK(pthread_kill(threads[i], SIGUSR1) == 0);
	for (int i = 0; i < MANY; i++)
		while (sem_wait(&signals) != 0)
			;
	CHECK(signalled == MANY && mistaken == 0);
	join(MANY);
}

static void one_too_many(void)
{
	const long most = sysconf(_SC_THREAD_THREADS_MAX);
	int error = 0;

	CHECK(most > MANY && most < 4096);
	pthread_mutex_lock(&gate);
	CHECK(create(4096, &error) == most - 1 && error == EAGAIN);
	CHECK(threads_told() == most);
	join((int)most - 1);
}

/* Runs `what` in a child that has many threads only if it makes them. */
static int in_child(void (*what)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		what();
		fflush(stdout);
		_exit(failures != 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void bomb(void)
{
	struct rlimit limit = {.rlim_cur = 100, .rlim_max = 100};
	int error = 0;

	CHECK(setrlimit(RLIMIT_NPROC, &limit) == 0 && setuid(1000) == 0);
	pthread_mutex_lock(&gate);
	int made = create(4096, &error);
	CHECK(made >= 90 && made < 100 && error == EAGAIN);
	CHECK(fork() == -1 && errno == EAGAIN);
	join(made);
}

static void users(void)
{
	CHECK(in_child(bomb) == 0);
}

static sigjmp_buf back;

static void fault(int signal)
{
	(void)signal;
	mistaken += !pthread_equal(pthread_self(), threads[own_number]);
	siglongjmp(back, 1);
}

static void *touch_nothing(void *number)
{
	own_number = (int)(long)number;
	if (sigsetjmp(back, 1) == 0)
		*(volatile int *)0 = 1;
	return number;
}

static void exec_as_the_only_one(void)
{
	fflush(stdout);
	execl("/proc/self/exe", "many_threads", "only", NULL);
	CHECK(!"exec came back");
	fflush(stdout);
}

static void child_of_many(void)
{
	int error;

	CHECK(threads_told() == 1);
	CHECK(create(1, &error) == 1);
	join(1);
	exec_as_the_only_one();
}

/* What the last of many does is its own: a fault, fork, exec. */
static void the_last(void)
{
	int error = 0;

	pthread_mutex_lock(&gate);
	const int made = create(MANY / 2, &error);
	CHECK(made == MANY / 2);
	signal(SIGSEGV, fault);
	CHECK(pthread_create(&threads[made], NULL, touch_nothing, (void *)(long)made) == 0);
	CHECK(pthread_join(threads[made], NULL) == 0 && mistaken == 0);
	CHECK(in_child(child_of_many) == 7);
	exec_as_the_only_one();
}

static void images(void)
{
	CHECK(in_child(the_last) == 7);
}

int main(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], "only") == 0)
		return threads_told() == 1 ? 7 : 8;
	sem_init(&signals, 0, 0);
	run("users have so many processes and threads as their limit says", users);
	run("among many threads each has its faults, its children have one thread, exec leaves one", images);
	run("a thousand threads begin, get a signal each and end", all_signalled);
	run("one more than there may be is refused", one_too_many);
	return finish();
}
