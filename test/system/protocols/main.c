/* SPDX-License-Identifier: BSD-2-Clause */
/* What servers refuse an ordinary process (TAP), and afterwards the system is as it was. */
#include "rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../programs/usage.h"

/* Roughly, in one round: a leak with each would be far more than what heaps and tables may grow by. */
#define MESSAGES 10000

static struct usage before;
static unsigned long processes;

static void the_shell_works(void)
{
	check(system("cd /tmp && echo hello >refuse && grep -q hello refuse && rm refuse && (exit 7); test $? = 7") == 0);
}

/*
 * Servers keep what was once needed at the same time (windows, reply objects) for the next who needs it: so many of each may be
 * new, whatever the number of messages.
 */
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
	forgive(&after, "vfs.slots", 32);
	forgive(&after, "objsrv.objects", 32);
	forgive(&after, "objsrv.slots", 32);
	forgive(&after, "mmsrv.pages_used", 64);
	forgive(&after, "objsrv.free_bytes", -(64 << 10));
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

/* protocols            what is refused
 * protocols fuzz CALLS [SEED]
 */
int main(int argc, char **argv)
{
	const bool is_fuzz = argc > 2 && strcmp(argv[1], "fuzz") == 0;

	rig_start();
	processes = usage_value("procmgr.processes");
	the_shell_works(); /* whatever is only made once is there */
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
	rig_test("the shell works", the_shell_works);
	rig_test("nothing is left", nothing_is_left);
	if (!is_fuzz)
		rig_print_unseen();
	return rig_end();
}
