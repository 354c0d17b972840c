/* SPDX-License-Identifier: BSD-2-Clause */
/* fork. There is no vfork sharing memory: it is fork. */
#include "../internal.h"

#include <unistd.h>

pid_t fork(void)
{
	return (pid_t)result(sys_fork());
}

pid_t _Fork(void)
{
	return (pid_t)result(sys_fork());
}

pid_t vfork(void)
{
	return (pid_t)result(sys_fork());
}
