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

static void nothing_is_left(void)
{
	struct usage after;

	usage_settle(&after, processes);
	check(usage_compare(&before, &after, MESSAGES) == 0);
}

/* Twice: tables grow once and stay. */
static void all(const char *when)
{
	rig_when(when);
	malformed_tests();
	vfs_tests();
}

int main(void)
{
	rig_start();
	processes = usage_value("procmgr.processes");
	the_shell_works(); /* whatever is only made once is there */
	all("at first");
	usage_settle(&before, processes);
	all("again");
	rig_test("the shell works", the_shell_works);
	rig_test("nothing is left", nothing_is_left);
	rig_print_unseen();
	return rig_end();
}
