/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending signals. */
#include "../internal.h"

#include <signal.h>

enum { PROCESS, GROUP, ALL, THREAD, QUEUE };

int kill(pid_t pid, int signal)
{
	if (pid > 0)
		return (int)result(sys_kill(PROCESS, pid, signal, 0));
	if (pid == -1)
		return (int)result(sys_kill(ALL, 0, signal, 0));
	if (pid == 0) {
		pid_t group = 0;

		(void)sys_ids(0, nullptr, &group, nullptr);
		return (int)result(sys_kill(GROUP, group, signal, 0));
	}
	return (int)result(sys_kill(GROUP, -pid, signal, 0));
}

int killpg(pid_t group, int signal)
{
	if (group < 0) {
		errno = EINVAL;
		return -1;
	}
	return kill(-group, signal);
}

int raise(int signal)
{
	return (int)result(sys_kill_thread(sys_thread_self(), signal));
}

int pthread_kill(pthread_t thread, int signal)
{
	return -sys_kill_thread(thread, signal);
}

int sigqueue(pid_t pid, int signal, union sigval value)
{
	return (int)result(sys_kill(QUEUE, pid, signal, (long)value.sival_ptr));
}
