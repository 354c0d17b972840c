/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of signals. */
#include "../internal.h"

#include <signal.h>

static bool is_bad(int signal)
{
	if (signal >= 1 && signal < NSIG)
		return false;
	errno = EINVAL;
	return true;
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = ~0ul;
	return 0;
}

int sigaddset(sigset_t *set, int signal)
{
	if (is_bad(signal))
		return -1;
	*set |= 1ul << (signal - 1);
	return 0;
}

int sigdelset(sigset_t *set, int signal)
{
	if (is_bad(signal))
		return -1;
	*set &= ~(1ul << (signal - 1));
	return 0;
}

int sigismember(const sigset_t *set, int signal)
{
	if (is_bad(signal))
		return -1;
	return *set >> (signal - 1) & 1;
}

int sigisemptyset(const sigset_t *set)
{
	return *set == 0;
}

int sigandset(sigset_t *set, const sigset_t *a, const sigset_t *b)
{
	*set = *a & *b;
	return 0;
}

int sigorset(sigset_t *set, const sigset_t *a, const sigset_t *b)
{
	*set = *a | *b;
	return 0;
}
