/* SPDX-License-Identifier: BSD-2-Clause */
/* The program's name, for messages. */

#include <stdlib.h>

const char *__progname = "", *__progname_full = "";
extern const char *program_invocation_short_name __attribute__((__alias__("__progname")));
extern const char *program_invocation_name __attribute__((__alias__("__progname_full")));

const char *getprogname(void)
{
	return __progname;
}

void setprogname(const char *name)
{
	__progname = name;
}
