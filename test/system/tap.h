/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP for the programs of these tests. */
#pragma once

#include <errno.h>
#include <stdio.h>

/* Weak: one of each, however many sources the program has. */
[[gnu::weak]] int failures, number;

static inline void check(int is_true, const char *what, int line)
{
	if (is_true)
		return;
	failures++;
	printf("# line %d: %s (errno %d)\n", line, what, errno);
}

#define CHECK(what) check((what), #what, __LINE__)

static inline void run(const char *name, void (*test)(void))
{
	int before = failures;

	test();
	printf("%s %d - %s\n", failures == before ? "ok" : "not ok", ++number, name);
	fflush(stdout);
}

static inline int finish(void)
{
	printf("1..%d\n", number);
	return failures != 0;
}
