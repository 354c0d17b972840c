/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers in texts that decide who somebody is: all of the text, or nothing. */
#pragma once

#include <stdint.h>

/* Digits only, at most UINT32_MAX - 1 (the last one means "no id"). What is damaged must not become 0, the superuser. */
static inline bool id_from_text(const char *text, uint32_t *id)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || (value = 10 * value + (uint64_t)(*text - '0')) >= UINT32_MAX)
			return false;
	}
	*id = (uint32_t)value;
	return true;
}
