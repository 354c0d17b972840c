/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See usage.h. Whatever lives is counted exactly. Heaps and the slots of objsrv's free blocks may grow a little without that: when more was
 * alive at one moment than ever before, tables and free lists stay larger. A leak with each process would be more than that.
 */
#include "usage.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REFILL (4ul << 20)
#define REFILLS_MAX 4ul

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
	for (int i = 0; i < 400; i++) {
		(void)usleep(50000);
		take(usage);
		if (find(usage, "procmgr.processes") <= processes)
			break;
	}
	(void)usleep(500000);
	take(usage);
}

/* What may have grown without a leak, by how much. */
struct slack {
	unsigned count;
	unsigned long refills, heap_pages;
};

/*
 * mmsrv keeps the memory that it has once asked objsrv for: each refill is one object in one of its slots, of at most REFILL bytes, and
 * how much of that is in use is mmsrv.pages_used. A heap that grew by n bytes may have taken n / 4096 + 1 pages.
 */
static struct slack find_slack(const struct usage *before, const struct usage *after, unsigned count)
{
	struct slack slack = {.count = count};
	unsigned long had = find(before, "mmsrv.slots"), has = find(after, "mmsrv.slots");

	if (has > had)
		slack.refills = has - had;
	for (int i = 0; i < after->count; i++) {
		unsigned long old = before->lines[i].value, new = after->lines[i].value;

		if (strstr(after->lines[i].name, ".heap") && new > old)
			slack.heap_pages += (new - old) / 4096 + 1;
	}
	return slack;
}

static bool is_leak(const char *name, unsigned long before, unsigned long after, const struct slack *slack)
{
	unsigned long allowed = 0;

	if (strcmp(name, "procmgr.last_pid") == 0 || strcmp(name, "procmgr.out_of_memory") == 0)
		return false;
	if (strcmp(name, "objsrv.free_bytes") == 0)
		return after + slack->refills * REFILL < before;
	if (strstr(name, ".heap"))
		allowed = slack->count * 4;
	if (strcmp(name, "objsrv.slots") == 0)
		allowed = 16 + slack->count / 100;
	if (strcmp(name, "objsrv.objects") == 0)
		allowed = slack->refills;
	if (strcmp(name, "mmsrv.slots") == 0)
		allowed = REFILLS_MAX;
	if (strcmp(name, "mmsrv.pages_used") == 0)
		allowed = slack->heap_pages;
	return after > before + allowed;
}

int usage_compare(const struct usage *before, const struct usage *after, unsigned count)
{
	struct slack slack = find_slack(before, after, count);
	int leaks = 0;

	for (int i = 0; i < after->count; i++) {
		const struct usage_line *old = &before->lines[i], *new = &after->lines[i];
		bool is_bad = is_leak(new->name, old->value, new->value, &slack);

		printf("%s %lu %lu%s\n", new->name, old->value, new->value, is_bad ? " LEAK" : "");
		leaks += is_bad;
	}
	return leaks + (after->count == 0);
}
