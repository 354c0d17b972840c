/* SPDX-License-Identifier: BSD-2-Clause */
/* Dispositions. */
#include "../internal.h"

#include <signal.h>
#include <string.h>

int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old)
{
	return (int)result(sys_sigaction(signal, action, old));
}

static sighandler_t install(int signal, sighandler_t handler, int flags)
{
	struct sigaction action = {.sa_flags = flags}, old;

	action.sa_handler = handler;
	int error = sys_sigaction(signal, &action, &old);
	return error ? (result(error), SIG_ERR) : old.sa_handler;
}

sighandler_t signal(int signal, sighandler_t handler)
{
	return install(signal, handler, SA_RESTART);
}

sighandler_t bsd_signal(int signal, sighandler_t handler)
{
	return install(signal, handler, SA_RESTART);
}

sighandler_t sysv_signal(int signal, sighandler_t handler)
{
	return install(signal, handler, (int)SA_RESETHAND | SA_NODEFER);
}

int siginterrupt(int signal, int interrupt)
{
	struct sigaction action;

	if (sigaction(signal, nullptr, &action) < 0)
		return -1;
	action.sa_flags = interrupt ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
	return sigaction(signal, &action, nullptr);
}

int sigaltstack(const stack_t *restrict new_stack, stack_t *restrict old)
{
	return (int)result(sys_sigaltstack(new_stack, old));
}
