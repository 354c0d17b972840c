/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for children. */
#include "../internal.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

static int status_of(const struct sys_wait_event *event)
{
	switch (event->code) {
	case CLD_EXITED:
		return W_EXITCODE(event->value & 255, 0);
	case CLD_KILLED:
		return event->value & 0x7f;
	case CLD_STOPPED:
		return W_STOPCODE(event->value);
	default:
		return 0xffff;
	}
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	struct sys_wait_event event;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED)) {
		errno = EINVAL;
		return -1;
	}
	int error = sys_wait(pid, options | WEXITED, &event);
	if (error)
		return (pid_t)result(error);
	if (event.pid == 0)
		return 0;
	if (status)
		*status = status_of(&event);
	if (usage)
		*usage = (struct rusage){.ru_utime = to_timeval(event.user_time), .ru_stime = to_timeval(event.system_time),
		    .ru_maxrss = event.max_pages * 4};
	return event.pid;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, nullptr);
}

pid_t wait(int *status)
{
	return wait4(-1, status, 0, nullptr);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	struct sys_wait_event event;
	int which = type == P_ALL ? -1 : type == P_PID ? (int)id : id ? -(int)id : 0;

	if ((type == P_PID && id == 0) || !(options & (WEXITED | WSTOPPED | WCONTINUED))) {
		errno = EINVAL;
		return -1;
	}
	int error = sys_wait(which, options, &event);
	if (error)
		return (int)result(error);
	if (!info)
		return 0;
	memset(info, 0, sizeof *info);
	if (event.pid) {
		info->si_signo = SIGCHLD;
		info->si_code = event.code;
		info->si_pid = event.pid;
		info->si_uid = event.uid;
		info->si_status = event.value;
	}
	return 0;
}
