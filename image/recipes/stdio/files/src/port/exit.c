/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flush of every stream at exit, as the last destructor. A stream that was ever read or written
 * refers to __stdio_exit_needed (musl's way), so a program gets this file when it needs it.
 */
#include "stdio_impl.h"

static FILE *volatile none;
weak_alias(none, __stdin_used);
weak_alias(none, __stdout_used);
weak_alias(none, __stderr_used);

static void flush(FILE *f)
{
	if (!f)
		return;
	FFINALLOCK(f);
	if (f->wpos != f->wbase)
		f->write(f, 0, 0);
	if (f->rpos != f->rend)
		f->seek(f, f->rpos - f->rend, SEEK_CUR);
}

__attribute__((__destructor__(101))) void __stdio_exit(void)
{
	for (FILE *f = *__ofl_lock(); f; f = f->next)
		flush(f);
	flush(__stdin_used);
	flush(__stdout_used);
	flush(__stderr_used);
}
weak_alias(__stdio_exit, __stdio_exit_needed);
