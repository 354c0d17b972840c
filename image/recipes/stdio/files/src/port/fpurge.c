/* SPDX-License-Identifier: BSD-2-Clause */
/* The name fpurge, as BSD spells it. */
#include <stdio_ext.h>
#include "stdio_impl.h"

int fpurge(FILE *f)
{
	return __fpurge(f);
}
