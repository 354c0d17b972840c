/* SPDX-License-Identifier: BSD-2-Clause */
/* What servers refuse an ordinary process (TAP), and afterwards the system is as it was. */
#include "rig.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../programs/usage.h"
#include "uapi/object_size.h"

/* Roughly, in one round: a leak with each would be far more than what heaps and tables may grow by. */
#define MESSAGES 10000

static struct usage before;
static unsigned long processes;

/* Files, pipes, processes: what a shell is made of. */
static void programs_work(void)
{
	char text[8] = "";
	int ends[2], status = 0;
	FILE *file = fopen("/tmp/works", "w");

	check(file != nullptr && fputs("hello", file) >= 0 && fclose(file) == 0);
	check(unlink("/tmp/works") == 0 && pipe(ends) == 0);
	const pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		execl(rig_program, "protocols", "say", nullptr);
		_exit(1);
	}
	close(ends[1]);
	check(read(ends[0], text, sizeof text) == 6 && memcmp(text, "hello\n", 6) == 0);
	close(ends[0]);
	kill(pid, SIGKILL);
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
}

/*
 * What nobody tells, because it has no place in the usage: reply objects that the terminals' server made when more calls waited at it than ever
 * before (it makes them by REPLIES), and a chunk of its heap with what the page tables of all servers grew by. Whatever the number of
 * messages, it is once.
 */
#define REPLIES 16
#define PAGES 24

static void forgive(struct usage *after, const char *name, long most)
{
	for (int i = 0; i < after->count; i++) {
		const long growth = (long)(after->lines[i].value - before.lines[i].value);

		if (strcmp(after->lines[i].name, name) == 0 && (most > 0 ? growth > 0 && growth <= most : growth < 0 && growth >= most))
			after->lines[i].value = before.lines[i].value;
	}
}

static void nothing_is_left(void)
{
	struct usage after;

	usage_settle(&after, processes);
	forgive(&after, "objsrv.objects", REPLIES);
	forgive(&after, "objsrv.slots", REPLIES);
	forgive(&after, "objsrv.free_bytes", -(REPLIES << KN_OBJECT_BITS_REPLY));
	forgive(&after, "mmsrv.pages_used", PAGES);
	check(usage_compare(&before, &after, MESSAGES) == 0);
}

/* Twice: tables grow once and stay. */
static void all(const char *when)
{
	rig_when(when);
	malformed_tests();
	vfs_tests();
	file_tests();
	socket_tests();
	procmgr_tests();
	terminal_tests();
	memory_tests();
	unit_tests();
}

static uint64_t calls, seed = 1;

static void fuzz_a_little(void)
{
	fuzz(calls / 8, seed);
}

static void fuzz_all(void)
{
	fuzz(calls, seed + 1000000);
}

[[noreturn]] static void say(void)
{
	(void)!write(1, "hello\n", 6);
	for (;;)
		pause();
}

/* protocols            what is refused
 * protocols fuzz CALLS [SEED]
 * protocols deaths     servers end while they are called
 * protocols say        a line, and then nothing more: another process for the tests
 */
int main(int argc, char **argv)
{
	const bool is_fuzz = argc > 2 && strcmp(argv[1], "fuzz") == 0;

	if (argc > 1 && strcmp(argv[1], "say") == 0)
		say();
	rig_start();
	if (argc > 1 && strcmp(argv[1], "deaths") == 0)
		return deaths();
	processes = usage_value("procmgr.processes");
	programs_work(); /* whatever is only made once is there */
	if (is_fuzz) {
		calls = strtoull(argv[2], nullptr, 0);
		seed = argc > 3 ? strtoull(argv[3], nullptr, 0) : seed;
		rig_test("a few random messages", fuzz_a_little);
		usage_settle(&before, processes);
		rig_test("random messages to all servers", fuzz_all);
	} else {
		all(", at first");
		usage_settle(&before, processes);
		all(", again");
		rig_when("");
	}
	rig_test("programs work", programs_work);
	rig_test("nothing is left", nothing_is_left);
	if (!is_fuzz)
		exhaustion_tests();
	if (!is_fuzz)
		rig_print_unseen();
	return rig_end();
}
