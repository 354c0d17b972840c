/* SPDX-License-Identifier: BSD-2-Clause */
/* putc: a few instructions while there is one thread, the stream's lock afterwards. */
#include "stdio_impl.h"

__attribute__((__noinline__)) static int locking_putc(int c, FILE *f)
{
	__lockfile(f);
	int result = putc_unlocked(c, f);
	__unlockfile(f);
	return result;
}

static inline int do_putc(int c, FILE *f)
{
	return f->lock < 0 ? putc_unlocked(c, f) : locking_putc(c, f);
}
