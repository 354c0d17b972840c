/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot and panic log: a small printf onto the boot console. Knows %s %d %u %x with l and ll.
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

static void put_number(uint64_t value, unsigned base)
{
	char digits[24];
	int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
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
		unsigned longs = 0;

		for (f++; *f == 'l'; f++)
			longs++;
		switch (*f) {
		case 's':
			for (const char *s = va_arg(arguments, const char *); *s; s++)
				put(*s);
			break;
		case 'd':
		case 'u':
		case 'x': {
			uint64_t value = longs       ? va_arg(arguments, uint64_t)
					 : *f == 'd' ? (uint64_t)va_arg(arguments, int) : va_arg(arguments, unsigned);

			if (*f == 'd' && (int64_t)value < 0) {
				put('-');
				value = -value;
			}
			put_number(value, *f == 'x' ? 16 : 10);
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
