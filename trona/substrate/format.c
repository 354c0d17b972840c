/* SPDX-License-Identifier: BSD-2-Clause */
/* trona/format.h. */
#include "trona/format.h"

#include <stdint.h>

struct sink {
	char *buffer;
	size_t capacity;
	size_t length;
};

struct conversion {
	bool is_left, is_zero;
	int width;
	int precision; /* -1: none */
	unsigned size; /* of the integer in bytes */
};

static void put(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->capacity)
		sink->buffer[sink->length] = c;
	sink->length++;
}

static void pad(struct sink *sink, char c, int count)
{
	for (; count > 0; count--)
		put(sink, c);
}

static void put_text(struct sink *sink, const struct conversion *how, const char *text)
{
	int length = 0;

	if (text == nullptr)
		text = "(null)";
	while ((how->precision < 0 || length < how->precision) && text[length] != '\0')
		length++;
	if (!how->is_left)
		pad(sink, ' ', how->width - length);
	for (int i = 0; i < length; i++)
		put(sink, text[i]);
	if (how->is_left)
		pad(sink, ' ', how->width - length);
}

static void put_number(struct sink *sink, const struct conversion *how, uint64_t value, unsigned base,
    bool is_upper, bool is_negative)
{
	const char *digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[24];
	int length = 0;

	do
		text[length++] = digits[value % base];
	while ((value /= base) != 0);
	int zeros = how->precision > length ? how->precision - length : 0;
	int room = how->width - length - zeros - is_negative;

	if (how->is_zero && !how->is_left && how->precision < 0 && room > 0) {
		zeros += room;
		room = 0;
	}
	if (!how->is_left)
		pad(sink, ' ', room);
	if (is_negative)
		put(sink, '-');
	pad(sink, '0', zeros);
	while (length > 0)
		put(sink, text[--length]);
	if (how->is_left)
		pad(sink, ' ', room);
}

static const char *parse(const char *at, struct conversion *how, va_list *arguments)
{
	*how = (struct conversion){.precision = -1, .size = sizeof(int)};
	for (;; at++) {
		if (*at == '-')
			how->is_left = true;
		else if (*at == '0')
			how->is_zero = true;
		else
			break;
	}
	if (*at == '*') {
		how->width = va_arg(*arguments, int);
		at++;
	} else {
		for (; *at >= '0' && *at <= '9'; at++)
			how->width = how->width * 10 + (*at - '0');
	}
	if (*at == '.') {
		at++;
		how->precision = 0;
		if (*at == '*') {
			how->precision = va_arg(*arguments, int);
			at++;
		} else {
			for (; *at >= '0' && *at <= '9'; at++)
				how->precision = how->precision * 10 + (*at - '0');
		}
	}
	for (;; at++) {
		if (*at == 'h')
			how->size /= 2;
		else if (*at == 'l' || *at == 'z' || *at == 'j')
			how->size = sizeof(long);
		else
			return at;
	}
}

static int64_t take_signed(const struct conversion *how, va_list *arguments)
{
	if (how->size == sizeof(long))
		return va_arg(*arguments, long);
	int value = va_arg(*arguments, int);

	return how->size == 1 ? (signed char)value : how->size == 2 ? (short)value : value;
}

static uint64_t take_unsigned(const struct conversion *how, va_list *arguments)
{
	if (how->size == sizeof(long))
		return va_arg(*arguments, unsigned long);
	unsigned value = va_arg(*arguments, unsigned);

	return how->size == 1 ? (unsigned char)value : how->size == 2 ? (unsigned short)value : value;
}

static void convert(struct sink *sink, const struct conversion *how, char what, va_list *arguments)
{
	int64_t number;

	switch (what) {
	case 's':
		put_text(sink, how, va_arg(*arguments, const char *));
		return;
	case 'c':
		pad(sink, ' ', how->is_left ? 0 : how->width - 1);
		put(sink, (char)va_arg(*arguments, int));
		pad(sink, ' ', how->is_left ? how->width - 1 : 0);
		return;
	case 'd':
	case 'i':
		number = take_signed(how, arguments);
		put_number(sink, how, number < 0 ? -(uint64_t)number : (uint64_t)number, 10, false, number < 0);
		return;
	case 'u':
		put_number(sink, how, take_unsigned(how, arguments), 10, false, false);
		return;
	case 'o':
		put_number(sink, how, take_unsigned(how, arguments), 8, false, false);
		return;
	case 'x':
	case 'X':
		put_number(sink, how, take_unsigned(how, arguments), 16, what == 'X', false);
		return;
	case 'p':
		put_text(sink, &(struct conversion){.precision = -1}, "0x");
		put_number(sink, how, (uintptr_t)va_arg(*arguments, void *), 16, false, false);
		return;
	default:
		put(sink, what);
	}
}

size_t format_text_va(char *buffer, size_t capacity, const char *format, va_list arguments)
{
	struct sink sink = {buffer, capacity, 0};
	struct conversion how;
	va_list list;

	va_copy(list, arguments);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			put(&sink, *format);
			continue;
		}
		format = parse(format + 1, &how, &list);
		if (*format == '\0')
			break;
		convert(&sink, &how, *format, &list);
	}
	va_end(list);
	if (capacity > 0)
		buffer[sink.length < capacity ? sink.length : capacity - 1] = '\0';
	return sink.length;
}

size_t format_text(char *buffer, size_t capacity, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	size_t length = format_text_va(buffer, capacity, format, arguments);

	va_end(arguments);
	return length;
}
