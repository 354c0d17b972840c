/* SPDX-License-Identifier: BSD-2-Clause */
/* trona/log.h: lines to the kernel's console, 64 bytes a call. */
#include "trona/log.h"

#include "kn/console.h"
#include "trona/format.h"

#define LINE_MAX 200

static kn_cap log_console;
static const char *log_name = "";

void log_init(kn_cap console, const char *name)
{
	log_console = console;
	log_name = name;
}

static void write_out(const char *text, size_t length)
{
	while (length > 0) {
		struct kn_console_data data = {};
		size_t part = length < sizeof(data.bytes) ? length : sizeof(data.bytes);

		__builtin_memcpy(data.bytes, text, part);
		if (kn_console_write(log_console, (uint8_t)part, &data) != KN_OK)
			return;
		text += part;
		length -= part;
	}
}

static void log_text(const char *format, va_list arguments)
{
	char line[LINE_MAX];
	size_t length = format_text(line, sizeof(line) - 1, "%s: ", log_name);

	length += format_text_va(line + length, sizeof(line) - 1 - length, format, arguments);
	if (length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	write_out(line, length);
}

void log_line(const char *format, ...)
{
	va_list arguments;

	if (log_console == KN_CAP_NONE)
		return;
	va_start(arguments, format);
	log_text(format, arguments);
	va_end(arguments);
}

void log_status(const char *what, kn_status status)
{
	log_line("%s: %s", what, kn_status_text(status));
}
