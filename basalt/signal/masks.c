/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks, and waiting for signals. */
#include "../internal.h"

#include <signal.h>

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return (int)result(sys_sigmask(how, set, old));
}

int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return -sys_sigmask(how, set, old);
}

int sigpending(sigset_t *set)
{
	sys_sigpending(set);
	return 0;
}

int sigsuspend(const sigset_t *mask)
{
	return (int)result(sys_sigsuspend(mask));
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout)
{
	siginfo_t own;

	if (timeout && (timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000 || timeout->tv_sec < 0)) {
		errno = EINVAL;
		return -1;
	}
	return (int)result(sys_sigwait(set, info ? info : &own, timeout));
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	return sigtimedwait(set, info, nullptr);
}

int sigwait(const sigset_t *restrict set, int *restrict signal)
{
	siginfo_t info;
	int got;

	while ((got = sys_sigwait(set, &info, nullptr)) == -EINTR)
		;
	if (got < 0)
		return -got;
	*signal = got;
	return 0;
}

int sighold(int signal)
{
	sigset_t set = 0;

	return sigaddset(&set, signal) < 0 ? -1 : sigprocmask(SIG_BLOCK, &set, nullptr);
}

int sigrelse(int signal)
{
	sigset_t set = 0;

	return sigaddset(&set, signal) < 0 ? -1 : sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

int sigignore(int signal_)
{
	return signal(signal_, SIG_IGN) == SIG_ERR ? -1 : 0;
}

int sigpause(int signal)
{
	sigset_t set;

	(void)sys_sigmask(SIG_BLOCK, nullptr, &set);
	return sigdelset(&set, signal) < 0 ? -1 : sigsuspend(&set);
}

int sigblock(int mask)
{
	sigset_t set = (unsigned)mask, old;

	(void)sys_sigmask(SIG_BLOCK, &set, &old);
	return (int)old;
}

int sigsetmask(int mask)
{
	sigset_t set = (unsigned)mask, old;

	(void)sys_sigmask(SIG_SETMASK, &set, &old);
	return (int)old;
}

int siggetmask(void)
{
	return sigblock(0);
}
