/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resize: asks the terminal how large it is and tells the system, whose programs get SIGWINCH. A serial line says nothing when the
 * window at its other end changes.
 */
#include <stdio.h>

#include "size.h"

int main(void)
{
	if (terminal_ask_size())
		return 0;
	fprintf(stderr, "resize: the terminal does not say how large it is\n");
	return 1;
}
