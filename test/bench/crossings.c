/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries into the kernel and switches of address space that a program's measures cost.
 *
 *   crossings PROGRAM ARGUMENT... -- NAME...
 *
 * Runs PROGRAM ARGUMENT... NAME for each NAME and prints, with everything around the measure itself,
 *   CROSSINGS NAME ns N entries N switches N
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNTERS "/proc/saltyos/kernel"

struct sample {
	unsigned long long ns, entries, switches;
};

static struct sample take(void)
{
	struct sample sample = {0};
	struct timespec now;
	FILE *file = fopen(COUNTERS, "r");

	if (!file || fscanf(file, "entries %llu space_switches %llu", &sample.entries, &sample.switches) != 2) {
		perror(COUNTERS);
		exit(1);
	}
	fclose(file);
	clock_gettime(CLOCK_MONOTONIC, &now);
	sample.ns = (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
	return sample;
}

int main(int argc, char **argv)
{
	int end = 1;

	while (end < argc && strcmp(argv[end], "--") != 0)
		end++;
	for (int i = end + 1; i < argc; i++) {
		struct sample before = take();
		int status = 1;
		pid_t child = fork();

		if (child == 0) {
			argv[end] = argv[i];
			argv[end + 1] = NULL;
			execv(argv[1], &argv[1]);
			_exit(127);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
			return 1;
		struct sample after = take();

		printf("CROSSINGS %s ns %llu entries %llu switches %llu\n", argv[i], after.ns - before.ns,
		    after.entries - before.entries, after.switches - before.switches);
		fflush(stdout);
	}
	return 0;
}
