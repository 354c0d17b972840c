/* SPDX-License-Identifier: BSD-2-Clause */
/* getc: a few instructions while there is one thread, the stream's lock afterwards. */
#include "stdio_impl.h"

__attribute__((__noinline__)) static int locking_getc(FILE *f)
{
	__lockfile(f);
	int result = getc_unlocked(f);
	__unlockfile(f);
	return result;
}

static inline int do_getc(FILE *f)
{
	return f->lock < 0 ? getc_unlocked(f) : locking_getc(f);
}
