/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the compiler's stack protector asks for. The canary of aarch64's programs; on x86_64 each thread has its own (trona/thread.h). Both come from
 * the random numbers that procmgr gives a process (__libc_start).
 */

#include "../internal.h"

#include <stdlib.h>
#include <unistd.h>

uintptr_t __stack_chk_guard;

[[noreturn]] void __stack_chk_fail(void);

/* To the descriptor: streams are memory that may be overwritten as well. */
void __stack_chk_fail(void)
{
	static const char text[] = "*** stack smashing detected ***: terminated\n";

	(void)!write(2, text, sizeof text - 1);
	abort();
}
