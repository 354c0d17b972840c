/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What trona/string.h declares beyond memcpy, memmove and memset, which are in arch/<isa>/memory.S. Simple
 * loops: servers compare and search short names; bulk goes through the copies.
 */
#include "trona/string.h"

#include <stdint.h>

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;

	while (size >= 8) {
		uint64_t p, q;

		__builtin_memcpy(&p, x, 8);
		__builtin_memcpy(&q, y, 8);
		if (p != q)
			break;
		x += 8;
		y += 8;
		size -= 8;
	}
	for (; size > 0; x++, y++, size--) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

void *memchr(const void *data, int value, size_t size)
{
	const unsigned char *at = data;

	for (; size > 0; at++, size--) {
		if (*at == (unsigned char)value)
			return (void *)at;
	}
	return nullptr;
}

size_t strlen(const char *text)
{
	const char *end = text;

	while (*end != '\0')
		end++;
	return (size_t)(end - text);
}

size_t strnlen(const char *text, size_t max)
{
	size_t length = 0;

	while (length < max && text[length] != '\0')
		length++;
	return length;
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (; size > 0; a++, b++, size--) {
		if (*a != *b || *a == '\0')
			return (unsigned char)*a - (unsigned char)*b;
	}
	return 0;
}

char *strchr(const char *text, int c)
{
	for (;; text++) {
		if (*text == (char)c)
			return (char *)text;
		if (*text == '\0')
			return nullptr;
	}
}

char *strrchr(const char *text, int c)
{
	const char *found = nullptr;

	for (;; text++) {
		if (*text == (char)c)
			found = text;
		if (*text == '\0')
			return (char *)found;
	}
}
