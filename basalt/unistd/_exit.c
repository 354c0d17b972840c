/* SPDX-License-Identifier: BSD-2-Clause */
/* End now: no handlers, no flushing. */
#include "../internal.h"

#include <stdlib.h>
#include <unistd.h>

void _exit(int status)
{
	sys_exit(status);
}

void _Exit(int status)
{
	sys_exit(status);
}
