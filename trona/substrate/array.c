/* SPDX-License-Identifier: BSD-2-Clause */
/* trona/array.h. */
#include "trona/array.h"

#include <stdint.h>

bool array_reserve_bytes(void **items, size_t *capacity, size_t need, size_t item_size)
{
	if (need <= *capacity)
		return true;
	size_t grown = *capacity < 4 ? 4 : *capacity * 2;

	if (grown < need)
		grown = need;
	if (grown > SIZE_MAX / 2 / item_size)
		return false;
	char *bytes = heap_realloc(*items, grown * item_size);

	if (bytes == nullptr)
		return false;
	__builtin_memset(bytes + *capacity * item_size, 0, (grown - *capacity) * item_size);
	*items = bytes;
	*capacity = grown;
	return true;
}
