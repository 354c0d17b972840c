/* SPDX-License-Identifier: BSD-2-Clause */
/* What posix_spawn's attributes say of scheduling. */
#include "posix_calls.h"

#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

extern char **environ;

/* How this image is scheduled, as an exit status. */
static int tell_schedule(void)
{
	struct sched_param now;

	return sched_getparam(0, &now) == 0 ? sched_getscheduler(0) * 10 + now.sched_priority : 255;
}

static int tell_ids(void)
{
	return getuid() == geteuid() ? 0 : 1;
}

/* An exit status, or -error. */
static int spawn(short flags, int policy, int priority)
{
	const struct sched_param parameters = {.sched_priority = priority};
	char *arguments[] = {"posix", flags & POSIX_SPAWN_RESETIDS ? "ids" : "schedule", NULL};
	posix_spawnattr_t attributes;
	int status = 0, error;
	pid_t pid;

	CHECK(posix_spawnattr_init(&attributes) == 0 && posix_spawnattr_setflags(&attributes, flags) == 0);
	CHECK(posix_spawnattr_setschedpolicy(&attributes, policy) == 0);
	CHECK(posix_spawnattr_setschedparam(&attributes, &parameters) == 0);
	error = posix_spawn(&pid, posix_program, NULL, &attributes, arguments, environ);
	CHECK(posix_spawnattr_destroy(&attributes) == 0);
	if (error)
		return -error;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1000;
}

static void attributes_are_kept(void)
{
	const struct sched_param parameters = {.sched_priority = 7};
	struct sched_param told = {0};
	posix_spawnattr_t attributes;
	short flags = 0;
	int policy = 0;

	CHECK(posix_spawnattr_init(&attributes) == 0);
	CHECK(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSCHEDPARAM) == 0);
	CHECK(posix_spawnattr_getflags(&attributes, &flags) == 0 && flags == (POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSCHEDPARAM));
	CHECK(posix_spawnattr_setschedpolicy(&attributes, SCHED_RR) == 0 && posix_spawnattr_setschedparam(&attributes, &parameters) == 0);
	CHECK(posix_spawnattr_getschedpolicy(&attributes, &policy) == 0 && policy == SCHED_RR);
	CHECK(posix_spawnattr_getschedparam(&attributes, &told) == 0 && told.sched_priority == 7);
}

static void children_begin_with_what_they_were_given(void)
{
	const struct sched_param three = {.sched_priority = 3}, none = {0};

	CHECK(spawn(0, SCHED_FIFO, 7) == SCHED_OTHER * 10);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDULER, SCHED_FIFO, 7) == SCHED_FIFO * 10 + 7);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSCHEDPARAM, SCHED_RR, 5) == SCHED_RR * 10 + 5);
	/* The policy is the parent's: with OTHER there is one priority. */
	CHECK(spawn(POSIX_SPAWN_SETSCHEDPARAM, SCHED_RR, 0) == SCHED_OTHER * 10);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDPARAM, SCHED_RR, 5) == -EINVAL);
	CHECK(sched_setscheduler(0, SCHED_RR, &three) == 0);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDPARAM, SCHED_FIFO, 5) == SCHED_RR * 10 + 5);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDULER, SCHED_OTHER, 0) == SCHED_OTHER * 10);
	CHECK(tell_schedule() == SCHED_RR * 10 + 3);
	CHECK(sched_setscheduler(0, SCHED_OTHER, &none) == 0);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDULER, SCHED_FIFO, 0) == -EINVAL);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDULER, SCHED_FIFO, 100) == -EINVAL);
	CHECK(spawn(POSIX_SPAWN_SETSCHEDULER, 77, 0) == -EINVAL);
}

/* Nothing has begun when it is refused: there is no child. */
static int spawn_as_user(void)
{
	if (setgid(1000) != 0 || setuid(1000) != 0)
		return 1;
	if (spawn(POSIX_SPAWN_SETSCHEDULER, SCHED_FIFO, 1) != -EPERM)
		return 2;
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		return 3;
	return spawn(POSIX_SPAWN_SETSCHEDULER, SCHED_OTHER, 0) == SCHED_OTHER * 10 ? 0 : 4;
}

static void users_get_no_more_than_they_may(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(spawn_as_user());
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void ids_are_reset_when_asked(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(seteuid(1000) == 0 ? spawn(POSIX_SPAWN_RESETIDS, 0, 0) : 9);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int spawned(const char *what)
{
	return what[0] == 'i' ? tell_ids() : tell_schedule();
}

void test_spawn(void)
{
	run("attributes of scheduling are kept", attributes_are_kept);
	run("spawned children begin with the scheduling they were given", children_begin_with_what_they_were_given);
	run("users' children get no more than their users may", users_get_no_more_than_they_may);
	run("effective ids are reset when asked", ids_are_reset_when_asked);
}
