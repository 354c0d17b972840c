/* SPDX-License-Identifier: BSD-2-Clause */
/* What the servers hold (/proc/saltyos/usage), before and after a load. */
#pragma once

#define USAGE_MAX 40

struct usage {
	int count;
	struct usage_line {
		char name[40];
		unsigned long value;
	} lines[USAGE_MAX];
};

/* One number, now. */
unsigned long usage_value(const char *name);
/* Wait until there are no more than `processes` (orphans end by themselves); then take the numbers. */
void usage_settle(struct usage *usage, unsigned long processes);
/* Print both; how many tell of a leak. So many bytes of heap may be tables that have grown. */
int usage_compare(const struct usage *before, const struct usage *after, unsigned long heap);
