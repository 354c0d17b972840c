/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX calls at their edges, as a program sees them; TAP. Built with the SDK, run by posix_test.py. */
#include "posix_calls.h"

#include <string.h>

#include "tap.h"

const char posix_program[] = "/tmp/posix";

int main(int argc, char **argv)
{
	if (argc > 1)
		return strcmp(argv[1], "look") == 0 ? look_after_exec() : spawned(argv[1]);
	test_files();
	test_limits();
	test_terminals();
	test_identity();
	test_signals();
	test_locks();
	test_spawn();
	test_text();
	test_regex();
	return finish();
}
