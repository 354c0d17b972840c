/* SPDX-License-Identifier: BSD-2-Clause */
/* From crt1 to main and to exit. The canary is made in here, so this file has none itself. */

#include "../internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void (*__preinit_array_start[])(int, char **, char **) __attribute__((__weak__, __visibility__("hidden")));
extern void (*__preinit_array_end[])(int, char **, char **) __attribute__((__weak__, __visibility__("hidden")));
extern void (*__init_array_start[])(int, char **, char **) __attribute__((__weak__, __visibility__("hidden")));
extern void (*__init_array_end[])(int, char **, char **) __attribute__((__weak__, __visibility__("hidden")));
extern void (*__fini_array_start[])(void) __attribute__((__weak__, __visibility__("hidden")));
extern void (*__fini_array_end[])(void) __attribute__((__weak__, __visibility__("hidden")));
extern uintptr_t __stack_chk_guard;
extern const char *__progname, *__progname_full;
int main(int, char **, char **);
[[noreturn]] void __libc_start(const void *page, uintptr_t sp);

static void run_fini(void)
{
	for (void (**f)(void) = __fini_array_end; f != __fini_array_start;)
		(*--f)();
}

void __libc_start(const void *page, uintptr_t sp)
{
	struct sys_startup startup;

	sys_start(page, sp, &startup);
	memcpy(&__stack_chk_guard, sys_random_seed(), sizeof __stack_chk_guard);
	/* Zero as long as the kernel's generator is not seeded (early, on a CPU without a random instruction). */
	if (__stack_chk_guard == 0)
		__stack_chk_guard = (sys_clock_monotonic() ^ sp) * 0x9e3779b97f4a7c15;
	__stack_chk_guard &= ~0xffull; /* a zero byte stops strings */
	environ = startup.envp;
	if (startup.argc > 0) {
		const char *slash = strrchr(startup.argv[0], '/');

		__progname_full = startup.argv[0];
		__progname = slash ? slash + 1 : startup.argv[0];
	}
	atexit(run_fini);
	for (void (**f)(int, char **, char **) = __preinit_array_start; f != __preinit_array_end; f++)
		(*f)(startup.argc, startup.argv, environ);
	for (void (**f)(int, char **, char **) = __init_array_start; f != __init_array_end; f++)
		(*f)(startup.argc, startup.argv, environ);
	exit(main(startup.argc, startup.argv, environ));
}
