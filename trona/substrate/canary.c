/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers' side of the stack protector. On x86_64 each thread compares with its own area's canary (%fs:0x28), on aarch64 all with this word; init made both
 * from the kernel's random numbers (start_main.c).
 */
#include "trona/canary.h"

#include "trona/log.h"

uint64_t __stack_chk_guard = 0x595e9fbd94fda700;

[[noreturn]] void __stack_chk_fail(void);
void __stack_chk_fail(void)
{
	log_line("a stack frame is overwritten");
	/* init hears of it as a fault. */
	__builtin_trap();
}
