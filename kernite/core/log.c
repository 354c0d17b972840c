/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot and panic log: a small printf onto the boot console. Knows %s %d %u %x with l and ll, and
 * for all but %d field width and leading zeros.
 */
#include <stdarg.h>

#include "arch.h"
#include "core/log.h"

static void put(char c)
{
	if (c == '\n')
		arch_console_put('\r');
	arch_console_put(c);
}

static void put_number(uint64_t value, unsigned base, int width, char pad)
{
	char digits[24];
	int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	for (int i = count; i < width; i++)
		put(pad);
	while (count > 0)
		put(digits[--count]);
}

void log_print(const char *format, va_list arguments)
{
	for (const char *f = format; *f; f++) {
		if (*f != '%') {
			put(*f);
			continue;
		}
		char pad = ' ';
		int width = 0;
		unsigned longs = 0;

		f++;
		if (*f == '0')
			pad = '0';
		for (; *f >= '0' && *f <= '9'; f++)
			width = width * 10 + (*f - '0');
		for (; *f == 'l' || *f == 'z'; f++)
			longs++;
		switch (*f) {
		case 's': {
			const char *s = va_arg(arguments, const char *);

			for (s = s ? s : "(null)"; *s; s++, width--)
				put(*s);
			for (; width > 0; width--)
				put(' ');
			break;
		}
		case 'd':
		case 'u':
		case 'x': {
			uint64_t value = longs       ? va_arg(arguments, uint64_t)
					 : *f == 'd' ? (uint64_t)va_arg(arguments, int)
						     : va_arg(arguments, unsigned);

			if (*f == 'd' && (int64_t)value < 0) {
				put('-');
				value = -value;
			}
			put_number(value, *f == 'x' ? 16 : 10, width, pad);
			break;
		}
		case '\0':
			return;
		default:
			put(*f);
			break;
		}
	}
}

void klog(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_print(format, arguments);
	va_end(arguments);
}
