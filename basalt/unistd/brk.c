/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap is mapped memory; a break cannot be moved. */
#include "../internal.h"

#include <unistd.h>

int brk(void *address)
{
	(void)address;
	errno = ENOMEM;
	return -1;
}

void *sbrk(intptr_t change)
{
	(void)change;
	errno = ENOMEM;
	return (void *)-1;
}
