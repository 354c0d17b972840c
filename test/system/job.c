/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job for jobs_test.py that tells what happens to it, so that the test never has to guess by time:
 *
 *	job [BYTES]
 *
 * It says "job: front" or "job: back" whenever it finds itself in the foreground or background of its terminal, "job: again" when it is
 * continued (its shell has given it the terminal by then, if it does), at first answers one line
 * with "job: LINE" (so whoever started it has had its turn), and then runs until a signal ends it, or until BYTES have been typed ahead, which
 * it leaves to the next reader.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static void on_continue(int signal)
{
	static const char text[] = "job: again\n";

	(void)signal;
	(void)!write(1, text, sizeof text - 1);
}

static int look(int before)
{
	int is_front = tcgetpgrp(0) == getpgrp();

	if (is_front != before)
		printf("job: %s\n", is_front ? "front" : "back");
	return is_front;
}

int main(int argc, char **argv)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int wanted = argc > 1 ? atoi(argv[1]) : 0, is_front, typed = 0;
	char line[128];

	signal(SIGCONT, on_continue);
	setvbuf(stdout, NULL, _IOLBF, 0);
	is_front = look(-1);
	if (!fgets(line, sizeof line, stdin))
		return 1;
	printf("job: %s", line);
	while (wanted == 0 || ioctl(0, FIONREAD, &typed) < 0 || typed < wanted) {
		(void)nanosleep(&pause, NULL);
		is_front = look(is_front);
	}
	return 0;
}
