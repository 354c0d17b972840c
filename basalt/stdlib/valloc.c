/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that begins with a page. */
#include "../internal.h"

#include <malloc.h>
#include <unistd.h>

void *valloc(size_t size)
{
	return memalign((size_t)getpagesize(), size);
}
