/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for children; statuses as on Linux. */
#pragma once

#include <signal.h>
#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_wait.h>

#undef WIFEXITED
#undef WIFSIGNALED
#undef WIFSTOPPED
#undef WEXITSTATUS
#undef WTERMSIG
#undef WSTOPSIG
#define WIFEXITED(s) (((s) & 0x7f) == 0)
#define WIFSIGNALED(s) ((((s) & 0x7f) + 1) >> 1 > 0 && ((s) & 0x7f) != 0x7f && ((s) & 0x7f) != 0)
#define WIFSTOPPED(s) (((s) & 0xff) == 0x7f)
#define WIFCONTINUED(s) ((s) == 0xffff)
#define WEXITSTATUS(s) (((s) >> 8) & 0xff)
#define WTERMSIG(s) ((s) & 0x7f)
#define WSTOPSIG(s) WEXITSTATUS(s)
#define WCOREDUMP(s) ((s) & 0x80)
#define W_EXITCODE(r, s) ((r) << 8 | (s))
#define W_STOPCODE(s) ((s) << 8 | 0x7f)
#define WNOHANG 1
#define WUNTRACED 2
#define WSTOPPED 2
#define WEXITED 4
#define WCONTINUED 8
#define WNOWAIT 0x01000000
typedef enum { P_ALL, P_PID, P_PGID } idtype_t;
struct rusage;

_BEGIN_STD_C
pid_t wait(int *);
pid_t waitpid(pid_t, int *, int);
int waitid(idtype_t, id_t, siginfo_t *, int);
pid_t wait3(int *, int, struct rusage *);
pid_t wait4(pid_t, int *, int, struct rusage *);
_END_STD_C
