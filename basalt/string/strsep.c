/* SPDX-License-Identifier: BSD-2-Clause */
/* strsep: picolibc's has no empty field at the end of a text. */
#include <stddef.h>
#include <string.h>

char *strsep(char **restrict text, const char *restrict separators)
{
	char *field = *text;

	if (!field)
		return nullptr;
	char *end = field + strcspn(field, separators);
	*text = *end ? end + 1 : nullptr;
	*end = 0;
	return field;
}
