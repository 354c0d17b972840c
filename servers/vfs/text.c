/* SPDX-License-Identifier: BSD-2-Clause */
/* See text.h. */
#include "text.h"

#include "trona/format.h"
#include "trona/heap.h"
#include "trona/string.h"

void text_add_bytes(struct text *text, const char *data, size_t length)
{
	if (text->has_failed || length == 0)
		return;
	if (length > text->capacity - text->length) {
		size_t capacity = text->capacity != 0 ? text->capacity : 256;

		while (capacity - text->length < length)
			capacity *= 2;
		char *fresh = heap_realloc(text->data, capacity);
		if (fresh == nullptr) {
			text->has_failed = true;
			return;
		}
		text->data = fresh;
		text->capacity = capacity;
	}
	memcpy(text->data + text->length, data, length);
	text->length += length;
}

void text_add(struct text *text, const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	size_t length = format_text_va(line, sizeof line, format, arguments);
	va_end(arguments);
	text_add_bytes(text, line, length < sizeof line ? length : sizeof line - 1);
}

kn_status text_take(struct text *text, char **data, size_t *length)
{
	if (text->has_failed) {
		heap_free(text->data);
		return KN_E_NO_MEMORY;
	}
	*data = text->data;
	*length = text->length;
	return KN_OK;
}
