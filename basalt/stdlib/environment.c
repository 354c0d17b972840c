/* SPDX-License-Identifier: BSD-2-Clause */
/* What picolibc's environment leaves out. */
#include "../internal.h"

#include <stdlib.h>
#include <unistd.h>

int clearenv(void)
{
	static char *none[1];

	environ = none;
	return 0;
}

char *secure_getenv(const char *name)
{
	return getenv(name); /* images never gain rights by exec */
}
