/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX calls at their edges, as a program sees them; TAP. Built with the SDK, run by posix_test.py. */
#include "posix_calls.h"

#include "tap.h"

int main(void)
{
	test_files();
	test_limits();
	test_terminals();
	test_identity();
	test_signals();
	return finish();
}
