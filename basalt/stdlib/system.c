/* SPDX-License-Identifier: BSD-2-Clause */
/* system: the shell runs a command. */
#include "../internal.h"

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int system(const char *command)
{
	struct sigaction ignore = {}, interrupt, quit;
	sigset_t child = 1ul << (SIGCHLD - 1), before;
	posix_spawnattr_t attributes;
	int status = -1;
	pid_t pid;

	if (!command)
		return access("/bin/sh", X_OK) == 0;
	ignore.sa_handler = SIG_IGN;
	(void)sys_sigaction(SIGINT, &ignore, &interrupt);
	(void)sys_sigaction(SIGQUIT, &ignore, &quit);
	(void)sys_sigmask(SIG_BLOCK, &child, &before);
	posix_spawnattr_init(&attributes);
	sigset_t reset = (interrupt.sa_handler != SIG_IGN ? 1ul << (SIGINT - 1) : 0) |
	    (quit.sa_handler != SIG_IGN ? 1ul << (SIGQUIT - 1) : 0);
	posix_spawnattr_setsigmask(&attributes, &before);
	posix_spawnattr_setsigdefault(&attributes, &reset);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	int error = posix_spawn(&pid, "/bin/sh", nullptr, &attributes,
	    (char *[]){(char *)"sh", (char *)"-c", (char *)command, nullptr}, environ);
	if (error == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	(void)sys_sigaction(SIGINT, &interrupt, nullptr);
	(void)sys_sigaction(SIGQUIT, &quit, nullptr);
	(void)sys_sigmask(SIG_SETMASK, &before, nullptr);
	if (error)
		errno = error;
	return status;
}
