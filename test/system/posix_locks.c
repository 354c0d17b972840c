/* SPDX-License-Identifier: BSD-2-Clause */
/* Record locks of processes (fcntl): when they are let go of, and who waits. */
#include "posix_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define PATH "/tmp/posix_locks"

static int open_it(int flags)
{
	return open(PATH, O_RDWR | O_CREAT | flags, 0644);
}

static int lock(int fd, int how, short type, off_t start, off_t length)
{
	struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

	return fcntl(fd, how, &range);
}

static int ended_with(pid_t child, int expected)
{
	int status = -1;

	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == expected;
}

/* What another process finds: 0 no lock, 1 its parent's, 2 another one's. */
static int look_as_other(void)
{
	struct flock range = {.l_type = F_WRLCK};

	if (fcntl(open_it(0), F_GETLK, &range) != 0)
		return 3;
	return range.l_type == F_UNLCK ? 0 : range.l_pid == getppid() ? 1 : 2;
}

static int others_see(int expected)
{
	pid_t child = fork();

	if (child == 0)
		_exit(look_as_other());
	return child > 0 && ended_with(child, expected);
}

static void any_close_lets_go(void)
{
	int fd = open_it(0), second, other = open("/tmp/posix_other", O_RDWR | O_CREAT, 0644);

	CHECK(others_see(0));
	CHECK(lock(fd, F_SETLK, F_WRLCK, 0, 0) == 0 && others_see(1));
	close(other);
	CHECK(others_see(1));
	close(dup(fd));
	CHECK(others_see(0));
	CHECK(lock(fd, F_SETLK, F_WRLCK, 0, 0) == 0 && others_see(1));
	close(open(PATH, O_RDONLY));
	CHECK(others_see(0));
	CHECK((second = open(PATH, O_RDONLY)) >= 0);
	CHECK(lock(second, F_SETLK, F_WRLCK, 0, 0) == -1 && errno == EBADF && lock(second, F_SETLK, F_RDLCK, 0, 0) == 0);
	close(second);
	CHECK(lock(fd, F_SETLK, F_WRLCK, 0, 0) == 0);
	CHECK((second = dup(fd)) >= 0 && dup2(second, second) == second && others_see(1));
	CHECK(dup2(0, second) == second && others_see(0));
	close(second);
	close(fd);
	unlink("/tmp/posix_other");
}

static void nobody_in_the_way_changes_the_type_only(void)
{
	struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = 3, .l_len = 4, .l_pid = 5};
	int fd = open_it(0);

	CHECK(fcntl(fd, F_GETLK, &range) == 0 && range.l_type == F_UNLCK);
	CHECK(range.l_whence == SEEK_END && range.l_start == 3 && range.l_len == 4 && range.l_pid == 5);
	range = (struct flock){.l_type = F_WRLCK, .l_whence = 3};
	CHECK(fcntl(fd, F_SETLK, &range) == -1 && errno == EINVAL);
	close(fd);
}

static void a_fork_has_none_of_them(void)
{
	int fd = open_it(0);

	CHECK(lock(fd, F_SETLK, F_WRLCK, 0, 10) == 0);
	pid_t child = fork();
	if (child == 0) {
		if (lock(fd, F_SETLK, F_RDLCK, 5, 1) != -1 || (errno != EAGAIN && errno != EACCES))
			_exit(1);
		_exit(lock(fd, F_SETLK, F_WRLCK, 10, 5) == 0 ? 0 : 2);
	}
	/* The child's is gone with it, though the open file is not; its close of the file took nothing from us. */
	CHECK(ended_with(child, 0));
	CHECK(lock(fd, F_SETLK, F_WRLCK, 10, 5) == 0 && others_see(1));
	close(fd);
}

static void an_exec_keeps_what_it_does_not_close(void)
{
	for (int is_closed = 0; is_closed < 2; is_closed++) {
		pid_t child = fork();

		if (child == 0) {
			char *arguments[] = {"posix", "look", NULL};
			int fd = open_it(0);

			if (lock(fd, F_SETLK, F_WRLCK, 0, 0) != 0 || (is_closed && fcntl(fd, F_DUPFD_CLOEXEC, 0) < 0))
				_exit(9);
			execv(posix_program, arguments);
			_exit(8);
		}
		CHECK(ended_with(child, is_closed ? 0 : 1));
	}
}

int look_after_exec(void)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(look_as_other());
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 7;
}

static void note(int signal)
{
	(void)signal;
}

/* Until it sleeps: in the call, most likely. */
static void wait_until_asleep(pid_t pid)
{
	char path[64], text[256];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 20000; i++) {
		int fd = open(path, O_RDONLY);
		ssize_t length = read(fd, text, sizeof text - 1);

		close(fd);
		text[length > 0 ? length : 0] = 0;
		const char *state = strrchr(text, ')');
		if (state && state[2] == 'S')
			return;
		usleep(1000);
	}
	CHECK(!"asleep");
}

static void waiting_ends_by_a_signal(void)
{
	const struct itimerval often = {.it_value = {.tv_usec = 20000}, .it_interval = {.tv_usec = 20000}}, never = {0};
	int fd = open_it(0), interrupted[2];
	char byte;

	CHECK(pipe(interrupted) == 0 && lock(fd, F_SETLK, F_WRLCK, 0, 0) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct sigaction action = {.sa_handler = note};

		sigaction(SIGALRM, &action, NULL);
		setitimer(ITIMER_REAL, &often, NULL);
		if (lock(fd, F_SETLKW, F_WRLCK, 0, 0) != -1 || errno != EINTR)
			_exit(1);
		(void)!write(interrupted[1], "x", 1);
		/* What has a handler with SA_RESTART goes on waiting. */
		action.sa_flags = SA_RESTART;
		sigaction(SIGALRM, &action, NULL);
		if (lock(fd, F_SETLKW, F_WRLCK, 0, 0) != 0)
			_exit(2);
		setitimer(ITIMER_REAL, &never, NULL);
		_exit(0);
	}
	CHECK(read(interrupted[0], &byte, 1) == 1);
	usleep(100000); /* some alarms; with fewer the child finds less to do */
	CHECK(waitpid(child, NULL, WNOHANG) == 0);
	CHECK(lock(fd, F_SETLK, F_UNLCK, 0, 0) == 0 && ended_with(child, 0));
	close(interrupted[0]);
	close(interrupted[1]);
	close(fd);
}

/* Two children have the parent's open file, so nothing is closed when one of them is killed. */
static void the_end_of_a_process_lets_go(void)
{
	int fd = open_it(0), ready[2];
	char byte;

	CHECK(pipe(ready) == 0);
	pid_t holder = fork();
	if (holder == 0) {
		(void)!write(ready[1], "x", lock(fd, F_SETLK, F_WRLCK, 0, 0) == 0);
		for (;;)
			pause();
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	pid_t waiter = fork();
	if (waiter == 0)
		_exit(lock(fd, F_SETLKW, F_RDLCK, 3, 3) == 0 ? 0 : 1);
	wait_until_asleep(waiter);
	CHECK(kill(holder, SIGKILL) == 0);
	CHECK(ended_with(waiter, 0));
	CHECK(waitpid(holder, NULL, 0) == holder);
	close(ready[0]);
	close(ready[1]);
	close(fd);
}

static void a_deadlock_is_refused(void)
{
	int fd = open_it(0), ready[2];
	char byte;

	CHECK(pipe(ready) == 0 && lock(fd, F_SETLK, F_WRLCK, 0, 1) == 0);
	pid_t child = fork();
	if (child == 0) {
		if (lock(fd, F_SETLKW, F_WRLCK, 1, 1) != 0)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1) == 0 ? 0 : errno == EDEADLK ? 3 : 2);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	wait_until_asleep(child);
	/* Whoever comes second is told. */
	if (lock(fd, F_SETLKW, F_WRLCK, 1, 1) == 0) {
		CHECK(ended_with(child, 3));
	} else {
		CHECK(errno == EDEADLK);
		CHECK(lock(fd, F_SETLK, F_UNLCK, 0, 1) == 0 && ended_with(child, 0));
	}
	close(ready[0]);
	close(ready[1]);
	close(fd);
}

void test_locks(void)
{
	run("any close of a file lets go of its record locks", any_close_lets_go);
	run("F_GETLK changes the type only if nobody is in the way", nobody_in_the_way_changes_the_type_only);
	run("a child of a fork has none of its parent's record locks", a_fork_has_none_of_them);
	run("exec keeps record locks on what it does not close", an_exec_keeps_what_it_does_not_close);
	run("waiting for a record lock ends by a signal", waiting_ends_by_a_signal);
	run("the end of a process lets go of its record locks", the_end_of_a_process_lets_go);
	run("a deadlock of record locks is refused", a_deadlock_is_refused);
	unlink(PATH);
}
