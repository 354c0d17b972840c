/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminals seen by a program: pseudo-terminals whose master the test holds. Prints TAP; scripts/exec runs it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 300 /* seconds for a test */

static int master, slave, case_number;
static const char *failed_at;
static volatile sig_atomic_t signals_seen;

#define CHECK(claim) \
	do { \
		if (!(claim)) { \
			failed_at = #claim; \
			return; \
		} \
	} while (0)

static void on_signal(int number)
{
	(void)number;
	signals_seen++;
}

static void catch(int number, int flags)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

	sigaction(number, &action, NULL);
}

static bool open_pair(void)
{
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return false;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	return slave >= 0;
}

static void set_mode(bool canonical, int when)
{
	struct termios t;

	tcgetattr(slave, &t);
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	if (canonical)
		t.c_lflag |= ICANON;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tcsetattr(slave, when, &t);
}

static void type(const char *text)
{
	(void)!write(master, text, strlen(text));
}

static bool is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 1;
}

/* Reads exactly `text`, waiting for it. */
static bool reads(int fd, const char *text)
{
	char got[256];
	size_t have = 0, wanted = strlen(text);

	while (have < wanted) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (poll(&poll_fd, 1, 60000) != 1 || (n = read(fd, got + have, wanted - have)) <= 0)
			return false;
		have += (size_t)n;
	}
	return memcmp(got, text, wanted) == 0;
}

static void type_ahead_survives_mode_changes(void)
{
	for (int i = 0; i < 50; i++) {
		set_mode(true, TCSADRAIN);
		type("sl");
		set_mode(false, TCSADRAIN);
		type("ee");
		set_mode(true, TCSANOW);
		type("p\n");
		set_mode(false, TCSADRAIN);
		CHECK(reads(slave, "sleep\n"));
		CHECK(!is_readable(slave));
	}
}

static void raw_bytes_are_a_line_in_canonical_mode(void)
{
	char got[16];

	set_mode(false, TCSANOW);
	type("abc");
	set_mode(true, TCSANOW);
	CHECK(is_readable(slave));
	CHECK(read(slave, got, sizeof got) == 3 && memcmp(got, "abc", 3) == 0);
}

static void only_a_flush_discards(void)
{
	set_mode(false, TCSANOW);
	type("lost");
	set_mode(false, TCSAFLUSH);
	CHECK(!is_readable(slave));
	type("kept");
	set_mode(false, TCSADRAIN);
	CHECK(reads(slave, "kept"));
}

static void a_killed_reader_loses_nothing(void)
{
	set_mode(false, TCSANOW);
	for (int i = 0; i < 100; i++) {
		char byte;
		pid_t reader = fork();

		if (reader == 0)
			_exit(read(slave, &byte, 1) == 1 ? 1 : 2);
		kill(reader, SIGKILL);
		type("x");
		int status;
		CHECK(waitpid(reader, &status, 0) == reader);
		CHECK(WIFSIGNALED(status));
		CHECK(reads(slave, "x"));
	}
}

static void an_interrupted_reader_loses_nothing(void)
{
	struct itimerval often = {.it_interval = {.tv_usec = 2000}, .it_value = {.tv_usec = 2000}}, never = {0};
	const int count = 2000;
	pid_t writer;

	set_mode(false, TCSANOW);
	catch(SIGALRM, 0);
	writer = fork();
	if (writer == 0) {
		for (int i = 0; i < count; i++) {
			char byte = (char)('a' + i % 26);

			while (write(master, &byte, 1) != 1)
				;
		}
		_exit(0);
	}
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < count;) {
		char got[7];
		ssize_t n = read(slave, got, sizeof got);

		CHECK(n > 0 || (n < 0 && errno == EINTR));
		for (ssize_t k = 0; k < n; k++, i++)
			CHECK(got[k] == 'a' + i % 26);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_DFL);
	CHECK(waitpid(writer, NULL, 0) == writer);
}

static void processes_share_the_bytes(void)
{
	const int count = 400;
	int results[2], total = 0, got = 0;
	pid_t readers[2];

	set_mode(false, TCSANOW);
	CHECK(pipe(results) == 0);
	for (int i = 0; i < 2; i++) {
		readers[i] = fork();
		if (readers[i] == 0) {
			char byte;

			while (read(slave, &byte, 1) == 1 && byte != '.')
				(void)!write(results[1], &byte, 1);
			_exit(0);
		}
	}
	for (int i = 0; i < count; i++)
		type("x");
	type("..");
	for (int i = 0; i < 2; i++)
		CHECK(waitpid(readers[i], NULL, 0) == readers[i]);
	CHECK(ioctl(results[0], FIONREAD, &total) == 0);
	for (char byte; got < total && read(results[0], &byte, 1) == 1; got++)
		CHECK(byte == 'x');
	close(results[0]);
	close(results[1]);
	CHECK(total == count);
}

/* Runs `what` as the leader of a session on the slave; its status. */
static int in_session(int (*what)(void))
{
	int status;
	pid_t leader = fork();

	if (leader == 0) {
		if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
			_exit(100);
		_exit(what());
	}
	return waitpid(leader, &status, 0) == leader && WIFEXITED(status) ? WEXITSTATUS(status) : 101;
}

static int background_stops(void)
{
	for (int use = 0; use < 3; use++) {
		int status;
		struct termios t;
		pid_t job = fork();

		if (job == 0) {
			char byte;

			setpgid(0, 0);
			tcgetattr(slave, &t);
			if (use == 0)
				(void)!read(slave, &byte, 1);
			else if (use == 1)
				tcsetattr(slave, TCSANOW, &t);
			else
				tcsetpgrp(slave, getpgrp());
			_exit(0);
		}
		if (waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status) ||
		    WSTOPSIG(status) != (use == 0 ? SIGTTIN : SIGTTOU))
			return 1 + use;
		kill(job, SIGKILL);
		waitpid(job, NULL, 0);
	}
	return 0;
}

static void the_background_is_stopped(void)
{
	set_mode(false, TCSANOW);
	CHECK(in_session(background_stops) == 0);
}

/* A foreground group gets what its keys and its window's size ask for. */
static int foreground_gets_signals(void)
{
	static const struct {
		const char *key;
		int signal;
	} keys[] = {{"\003", SIGINT}, {"\034", SIGQUIT}, {"\032", SIGTSTP}, {NULL, SIGWINCH}};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct winsize size = {.ws_row = (unsigned short)(30 + i), .ws_col = 90};
		sigset_t wanted;
		int got;

		sigemptyset(&wanted);
		sigaddset(&wanted, keys[i].signal);
		sigprocmask(SIG_BLOCK, &wanted, NULL);
		if (keys[i].key)
			type(keys[i].key);
		else if (ioctl(master, TIOCSWINSZ, &size) < 0)
			return 50;
		if (sigwait(&wanted, &got) != 0 || got != keys[i].signal)
			return 1 + (int)i;
	}
	return 0;
}

static void the_foreground_gets_signals(void)
{
	struct winsize size;

	set_mode(true, TCSANOW);
	CHECK(in_session(foreground_gets_signals) == 0);
	CHECK(ioctl(slave, TIOCGWINSZ, &size) == 0 && size.ws_row == 33 && size.ws_col == 90);
}

/* What does not wait never fails with EINTR, however many signals come. */
static void a_storm_of_signals_breaks_no_call(void)
{
	const int count = 1500;
	pid_t own = getpid(), storm, child;
	struct termios t;
	struct stat st;

	catch(SIGUSR1, 0);
	storm = fork();
	if (storm == 0) {
		const struct timespec pause = {.tv_nsec = 20000};

		for (;;) {
			kill(own, SIGUSR1);
			nanosleep(&pause, NULL);
		}
	}
	child = fork();
	if (child == 0)
		for (;;)
			pause();
	bool is_fine = true;
	for (int i = 0; i < count && is_fine; i++)
		is_fine = kill(child, i % 2 ? SIGCONT : SIGSTOP) == 0 && setpgid(child, 0) == 0 && getpgid(child) == child &&
			  tcgetattr(slave, &t) == 0 && stat("/", &st) == 0;
	int error = errno;
	kill(storm, SIGKILL);
	kill(child, SIGKILL);
	while (waitpid(storm, NULL, 0) < 0 && errno == EINTR)
		;
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	signal(SIGUSR1, SIG_DFL);
	errno = error;
	CHECK(is_fine);
	CHECK(signals_seen > 0);
}

static void run(const char *name, void (*test)(void))
{
	failed_at = NULL;
	alarm(PATIENCE);
	if (open_pair())
		test();
	else
		failed_at = "a pseudo-terminal can be had";
	alarm(0);
	close(slave);
	close(master);
	printf("%sok %d - %s\n", failed_at ? "not " : "", ++case_number, name);
	if (failed_at)
		printf("# %s (%s)\n", failed_at, strerror(errno));
	fflush(stdout);
}

int main(void)
{
	printf("1..9\n");
	fflush(stdout);
	run("type-ahead survives changes of mode", type_ahead_survives_mode_changes);
	run("raw bytes are a line in canonical mode", raw_bytes_are_a_line_in_canonical_mode);
	run("only a flush discards", only_a_flush_discards);
	run("a killed reader loses nothing", a_killed_reader_loses_nothing);
	run("an interrupted reader loses nothing", an_interrupted_reader_loses_nothing);
	run("processes share the bytes", processes_share_the_bytes);
	run("the background is stopped", the_background_is_stopped);
	run("keys and window size signal the foreground", the_foreground_gets_signals);
	run("a storm of signals breaks no call", a_storm_of_signals_breaks_no_call);
	return 0;
}
