/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing replaces this allocator at run time: what musl's linker would tell calloc is constant. */
#ifndef MALLOC_DYNLINK_H
#define MALLOC_DYNLINK_H

#include <assert.h>

#define __malloc_replaced 0
#define weak_alias(old, new) \
	extern __typeof(old) new __attribute__((__weak__, __alias__(#old)))

#endif
