/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See usage.h. Everything is counted exactly; when more was alive at one moment than ever before, tables in the servers' heaps stay larger, and only
 * the caller knows whether that can have been.
 */
#include "usage.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void take(struct usage *usage)
{
	FILE *file = fopen("/proc/saltyos/usage", "r");

	usage->count = 0;
	while (file && usage->count < USAGE_MAX &&
	       fscanf(file, "%39s %lu", usage->lines[usage->count].name, &usage->lines[usage->count].value) == 2)
		usage->count++;
	if (file)
		fclose(file);
}

static unsigned long find(const struct usage *usage, const char *name)
{
	for (int i = 0; i < usage->count; i++)
		if (strcmp(usage->lines[i].name, name) == 0)
			return usage->lines[i].value;
	return 0;
}

unsigned long usage_value(const char *name)
{
	struct usage usage;

	take(&usage);
	return find(&usage, name);
}

/* Looks at every entry of the process table, whose pages are made at the first look: in the numbers before as in those after. */
static void look_at_all(void)
{
	char text[64];
	FILE *file = fopen("/proc/loadavg", "r");

	if (file) {
		(void)!fgets(text, sizeof text, file);
		fclose(file);
	}
}

void usage_settle(struct usage *usage, unsigned long processes)
{
	look_at_all();
	for (int i = 0; i < 4000; i++) {
		/* procmgr answers when it is done with what came before, and its numbers are then those from after it. */
		(void)getsid(1);
		take(usage);
		if (find(usage, "procmgr.processes") <= processes)
			return;
		(void)usleep(5000); /* orphans end when they want */
	}
}

static bool is_leak(const char *name, unsigned long before, unsigned long after, unsigned long heap)
{
	/* What counts up for ever, and what servers keep for the next load. */
	if (strcmp(name, "procmgr.last_pid") == 0 || strcmp(name, "procmgr.out_of_memory") == 0 || strncmp(name, "reserve.", 8) == 0)
		return false;
	if (strcmp(name, "objsrv.free_bytes") == 0)
		return after < before;
	if (strstr(name, ".heap"))
		return after > before + heap;
	if (strcmp(name, "mmsrv.pages_used") == 0)
		return after > before + heap / 4096;
	return after > before;
}

int usage_compare(const struct usage *before, const struct usage *after, unsigned long heap)
{
	int leaks = 0;

	for (int i = 0; i < after->count; i++) {
		const struct usage_line *old = &before->lines[i], *new = &after->lines[i];
		bool is_bad = is_leak(new->name, old->value, new->value, heap);

		printf("%s %lu %lu%s\n", new->name, old->value, new->value, is_bad ? " LEAK" : "");
		leaks += is_bad;
	}
	return leaks + (after->count == 0);
}
