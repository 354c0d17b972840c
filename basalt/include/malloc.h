/* SPDX-License-Identifier: BSD-2-Clause */
/* What the allocator (image/recipes/mallocng) has beside <stdlib.h>. */
#pragma once

#include <stdlib.h>

_BEGIN_STD_C
void *memalign(size_t, size_t);
size_t malloc_usable_size(void *);
_END_STD_C
