/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_runner: lists and runs the kernel's boot tests from the shell.
 *
 *   test_runner             all tests (TAP)
 *   test_runner list        their names
 *   test_runner NAME...     those whose names have one of these parts
 *
 * Status 0 when all passed, 1 when one failed or none ran. The work is done by a native server (servers/test_runner), found by name: a process has no memory
 * of its own that kernel objects could be made of.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/namesrv.h"
#include "client/test.h"
#include "uapi/error.h"
#include "uapi/protocol/procmgr.h"

#define NAME "service.test_runner"
/* Far above what a program with three descriptors uses; the C library keeps its own account of slots below. */
#define SERVICE_SLOT 200

static int fail(const char *what, kn_status status)
{
	fprintf(stderr, "test_runner: %s: %s\n", what, kn_status_text(status));
	return 1;
}

static bool add(char *line, const char *prefix, const char *word)
{
	size_t length = strlen(line);
	int more = snprintf(line + length, TEST_WORDS_MAX - length, "%s%s%s", length ? " " : "", prefix, word);

	return more >= 0 && (size_t)more < TEST_WORDS_MAX - length;
}

static int put(const char *text, size_t length)
{
	while (length > 0) {
		ssize_t done = write(STDOUT_FILENO, text, length);

		if (done < 0)
			return -1;
		text += done;
		length -= (size_t)done;
	}
	return 0;
}

int main(int argc, char **argv)
{
	char line[TEST_WORDS_MAX] = "", text[1024];
	bool is_over = false, has_failed = true;
	bool is_list = argc == 2 && strcmp(argv[1], "list") == 0;

	for (int i = 1; i < argc; i++) {
		if (!add(line, is_list ? "tests=" : "only=", argv[i])) {
			fprintf(stderr, "test_runner: too many names\n");
			return 1;
		}
	}
	kn_status status =
	    namesrv_lookup(PROCMGR_PROCESS_SLOT_NAMESRV, NAME, sizeof(NAME) - 1, false, SERVICE_SLOT);

	if (status != KN_OK)
		return fail("the service " NAME, status);
	status = test_start(SERVICE_SLOT, line, strlen(line));
	if (status != KN_OK)
		return fail("start", status);
	while (!is_over) {
		size_t length = 0;

		status = test_next(SERVICE_SLOT, text, sizeof(text), &length, &is_over, &has_failed);
		if (status != KN_OK)
			return fail("run", status);
		if (put(text, length) < 0) {
			perror("test_runner");
			return 1;
		}
	}
	return has_failed;
}
