/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of signals, as Linux's C libraries spell them. */
#include "../internal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
	const char *name, *text;
};

static const struct name names[] = {
    [SIGHUP] = {"HUP", "Hangup"},
    [SIGINT] = {"INT", "Interrupt"},
    [SIGQUIT] = {"QUIT", "Quit"},
    [SIGILL] = {"ILL", "Illegal instruction"},
    [SIGTRAP] = {"TRAP", "Trace/breakpoint trap"},
    [SIGABRT] = {"ABRT", "Aborted"},
    [SIGBUS] = {"BUS", "Bus error"},
    [SIGFPE] = {"FPE", "Floating point exception"},
    [SIGKILL] = {"KILL", "Killed"},
    [SIGUSR1] = {"USR1", "User defined signal 1"},
    [SIGSEGV] = {"SEGV", "Segmentation fault"},
    [SIGUSR2] = {"USR2", "User defined signal 2"},
    [SIGPIPE] = {"PIPE", "Broken pipe"},
    [SIGALRM] = {"ALRM", "Alarm clock"},
    [SIGTERM] = {"TERM", "Terminated"},
    [SIGSTKFLT] = {"STKFLT", "Stack fault"},
    [SIGCHLD] = {"CHLD", "Child exited"},
    [SIGCONT] = {"CONT", "Continued"},
    [SIGSTOP] = {"STOP", "Stopped (signal)"},
    [SIGTSTP] = {"TSTP", "Stopped"},
    [SIGTTIN] = {"TTIN", "Stopped (tty input)"},
    [SIGTTOU] = {"TTOU", "Stopped (tty output)"},
    [SIGURG] = {"URG", "Urgent I/O condition"},
    [SIGXCPU] = {"XCPU", "CPU time limit exceeded"},
    [SIGXFSZ] = {"XFSZ", "File size limit exceeded"},
    [SIGVTALRM] = {"VTALRM", "Virtual timer expired"},
    [SIGPROF] = {"PROF", "Profiling timer expired"},
    [SIGWINCH] = {"WINCH", "Window changed"},
    [SIGIO] = {"IO", "I/O possible"},
    [SIGPWR] = {"PWR", "Power failure"},
    [SIGSYS] = {"SYS", "Bad system call"},
};

#define COUNT ((int)(sizeof names / sizeof names[0]))

const char *sigabbrev_np(int signal)
{
	return signal > 0 && signal < COUNT ? names[signal].name : nullptr;
}

const char *sigdescr_np(int signal)
{
	return signal > 0 && signal < COUNT ? names[signal].text : nullptr;
}

char *strsignal(int signal)
{
	static _Thread_local char text[40];

	if (sigdescr_np(signal))
		return (char *)sigdescr_np(signal);
	if (signal >= SIGRTMIN && signal <= SIGRTMAX)
		snprintf(text, sizeof text, "Real-time signal %d", signal - SIGRTMIN);
	else
		snprintf(text, sizeof text, "Unknown signal %d", signal);
	return text;
}

int sig2str(int signal, char *text)
{
	if (sigabbrev_np(signal))
		strcpy(text, sigabbrev_np(signal));
	else if (signal == SIGRTMIN || signal == SIGRTMAX)
		strcpy(text, signal == SIGRTMIN ? "RTMIN" : "RTMAX");
	else if (signal > SIGRTMIN && signal < SIGRTMAX)
		sprintf(text, "RTMIN+%d", signal - SIGRTMIN);
	else
		return -1;
	return 0;
}

int str2sig(const char *restrict text, int *restrict signal)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end != text && !*end && number > 0 && number < NSIG) {
		*signal = (int)number;
		return 0;
	}
	for (int i = 1; i < COUNT; i++) {
		if (names[i].name && strcmp(names[i].name, text) == 0) {
			*signal = i;
			return 0;
		}
	}
	bool is_max = strncmp(text, "RTMAX", 5) == 0;
	if (!is_max && strncmp(text, "RTMIN", 5) != 0)
		return -1;
	number = text[5] ? strtol(text + 5, &end, 10) : 0;
	if (text[5] && *end)
		return -1;
	number += is_max ? SIGRTMAX : SIGRTMIN;
	if (number < SIGRTMIN || number > SIGRTMAX)
		return -1;
	*signal = (int)number;
	return 0;
}

void psignal(int signal, const char *message)
{
	fprintf(stderr, "%s%s%s\n", message && *message ? message : "", message && *message ? ": " : "", strsignal(signal));
}

void psiginfo(const siginfo_t *info, const char *message)
{
	psignal(info->si_signo, message);
}
