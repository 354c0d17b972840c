/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordinary user against the machine: siege KIND [COMMANDS]. Starts an attack as user 1000 and meanwhile, as somebody else in another session, runs shell commands
 * and measures how long each takes. Then ends everything of that user and looks whether all is back. Prints what happened.
 *
 *   forks    processes that fork for ever          shell   :(){ :|:& };:
 *   memory   takes and touches memory to the end   cow     children that write to what they share
 *   map      maps more than there is, then as the others
 *   hoard    whatever servers keep for a user: pipes, sockets, locks, files, shared memory; the commands are another ordinary user's
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hoard.h"
#include "usage.h"

#define USER 1000
#define OTHER_USER 1001
#define COMMANDS 12
#define CHUNK (1u << 20)
#define HEAP_MAX (64ul << 10) /* no two attacks reach the same heights */
#define HOARD_HEAP_MAX (1ul << 20) /* and what vfs keeps for its next files lies among what it gave back */

extern char **environ;

/* Shared by everybody. */
struct score {
	long forked, again, no_memory, other;
	long mapped, touched; /* MiB */
	long refused_at;      /* MiB, when memory was refused */
};

static struct score *score;

static void count(long *number)
{
	__atomic_add_fetch(number, 1, __ATOMIC_RELAXED);
}

static void note_failure(void)
{
	count(errno == EAGAIN ? &score->again : errno == ENOMEM ? &score->no_memory : &score->other);
}

static void attack_forks(void)
{
	for (;;) {
		if (fork() < 0)
			note_failure();
		else
			count(&score->forked);
	}
}

static void attack_shell(void)
{
	execl("/bin/bash", "bash", "-c", ":(){ :|:& };:", (char *)nullptr);
	_exit(1);
}

static void touch_all(void)
{
	for (;;) {
		volatile char *memory = malloc(CHUNK);

		if (!memory) {
			score->refused_at = score->touched;
			(void)pause();
		}
		for (size_t i = 0; i < CHUNK; i += 4096)
			memory[i] = 1;
		count(&score->touched);
	}
}

static void attack_map(void)
{
	while (mmap(nullptr, 1ull << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED && score->mapped < 1 << 20)
		score->mapped += 1024;
	note_failure();
	touch_all();
}

/* 16 MiB, and as many children as there may be who write to all of it. */
static void attack_cow(void)
{
	const size_t size = 16 * CHUNK;
	volatile char *memory = malloc(size);

	memset((char *)memory, 1, size);
	for (;;) {
		pid_t pid = fork();

		if (pid < 0) {
			note_failure();
			(void)usleep(10000);
		} else if (pid == 0) {
			count(&score->forked);
			for (size_t i = 0; i < size; i += 4096)
				memory[i] = 2;
			count(&score->touched);
			(void)pause();
		}
	}
}

static void attack_hoard(void)
{
	hoard(&score->no_memory, &score->other);
}

static const struct attack {
	const char *name;
	void (*run)(void);
} attacks[] = {{"forks", attack_forks}, {"shell", attack_shell}, {"memory", touch_all}, {"map", attack_map}, {"cow", attack_cow},
    {"hoard", attack_hoard}};

static pid_t begin(const char *name)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)setsid();
	if (!freopen("/dev/null", "w", stderr) || setgid(USER) != 0 || setuid(USER) != 0)
		_exit(2);
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
		if (strcmp(attacks[i].name, name) == 0)
			attacks[i].run();
	_exit(3);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A shell that starts a program; seconds, negative when it failed. */
static double command(void)
{
	char *const arguments[] = {"bash", "-c", "test \"$(ls -d /tmp)\" = /tmp", nullptr};
	double start = now();
	pid_t pid;
	int status = -1;

	errno = posix_spawn(&pid, "/bin/bash", nullptr, nullptr, arguments, environ);
	if (errno != 0) {
		printf("spawn: %s\n", strerror(errno));
		return -1;
	}
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		printf("status %x\n", (unsigned)status);
		return -1;
	}
	return now() - start;
}

/* The same of what an ordinary user does without a shell. */
static double errand(void)
{
	double start = now();
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(setgid(OTHER_USER) != 0 || setuid(OTHER_USER) != 0 ? 100 : hoard_errand());
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		printf("errand: status %x\n", (unsigned)status);
		return -1;
	}
	return now() - start;
}

/*
 * Signals everybody whom that user may signal, that is, his own; a fork bomb needs it more than once. As an ordinary process of that
 * user the killer would be one of hundreds of equals, and each has its turn before it: what one does with chrt.
 */
static int end_all(unsigned long processes)
{
	int i;

	for (i = 0; i < 100 && usage_value("procmgr.processes") > processes; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			const struct sched_param first = {.sched_priority = 1};

			if (sched_setscheduler(0, SCHED_RR, &first) == 0 && setuid(USER) == 0)
				(void)kill(-1, SIGKILL);
			_exit(0);
		}
		(void)waitpid(pid, nullptr, 0);
		while (waitpid(-1, nullptr, WNOHANG) > 0)
			;
	}
	return i;
}

static int run(const char *name, int commands, unsigned long processes)
{
	double longest = 0;
	int failed = 0, status = 0;
	memset(score, 0, sizeof *score);
	unsigned long ended = usage_value("procmgr.out_of_memory"), most = 0;
	const bool is_hoard = strcmp(name, "hoard") == 0;
	pid_t attacker = begin(name);

	for (int i = 0; i < commands; i++) {
		double time = is_hoard ? errand() : command();
		unsigned long live = usage_value("procmgr.processes");

		failed += time < 0;
		longest = time > longest ? time : longest;
		most = live > most ? live : most;
		(void)usleep(100000);
	}
	bool has_died = waitpid(attacker, &status, WNOHANG) == attacker;
	ended = usage_value("procmgr.out_of_memory") - ended;
	double begin_of_end = now();
	int signals = end_all(processes);

	hoard_clear();
	printf("%s: longest command %.3f s, %d failed, at most %lu processes\n", name, longest, failed, most);
	printf("all ended by %d signals in %.3f s\n", signals, now() - begin_of_end);
	printf("forked %ld again %ld no_memory %ld other %ld mapped %ld touched %ld ended %lu\n", score->forked, score->again,
	    score->no_memory, score->other, score->mapped, score->touched, ended);
	if (has_died)
		printf("attacker's status %x\n", (unsigned)status);
	return failed || longest > 1;
}

int main(int argc, char **argv)
{
	struct usage before, after;

	if (argc < 2)
		return 2;
	int commands = argc > 2 ? atoi(argv[2]) : COMMANDS;
	score = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (score == MAP_FAILED)
		return 2;
	setvbuf(stdout, nullptr, _IOLBF, 0);
	unsigned long processes = usage_value("procmgr.processes");
	printf("alone: a command takes %.3f s\n", strcmp(argv[1], "hoard") == 0 ? errand() : command());
	run(argv[1], commands, processes);
	usage_settle(&before, processes);
	int result = run(argv[1], commands, processes);
	usage_settle(&after, processes);
	int leaks = usage_compare(&before, &after, strcmp(argv[1], "hoard") == 0 ? HOARD_HEAP_MAX : HEAP_MAX);
	printf("%d leaks\n", leaks);
	return result || leaks;
}
