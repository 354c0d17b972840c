/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers as text: what printf writes, for callers without a format of more than one conversion. */
#include "../internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int strfromd(char *restrict text, size_t size, const char *restrict format, double value)
{
	return snprintf(text, size, format, value);
}

int strfromf(char *restrict text, size_t size, const char *restrict format, float value)
{
	return snprintf(text, size, format, (double)value);
}

/* The format says nothing about the type: it is the same as for a double. */
int strfroml(char *restrict text, size_t size, const char *restrict format, long double value)
{
	size_t length = strlen(format);
	char with_type[length + 2];

	if (!length) {
		if (size)
			*text = 0;
		return 0;
	}
	memcpy(with_type, format, length - 1);
	with_type[length - 1] = 'L';
	with_type[length] = format[length - 1];
	with_type[length + 1] = 0;
	return snprintf(text, size, with_type, value);
}

char *gcvt(double value, int digits, char *text)
{
	sprintf(text, "%.*g", digits, value);
	return text;
}
