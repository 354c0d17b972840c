/* SPDX-License-Identifier: BSD-2-Clause */
/* abort: SIGABRT, and if that is caught or ignored, its default. */

#include "../internal.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

void abort(void)
{
	sigset_t set = 1ul << (SIGABRT - 1);

	(void)sys_sigmask(SIG_UNBLOCK, &set, nullptr);
	(void)raise(SIGABRT);
	(void)signal(SIGABRT, SIG_DFL);
	(void)raise(SIGABRT);
	_exit(127);
}
