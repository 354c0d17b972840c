/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text from numbers, for logs and for files such as those in /proc: %s %.*s %c %d %u %x %X %o %p %% with widths, '-', '0', and the
 * lengths hh h l ll z j. No floating point, no locale.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* As snprintf: always ends with NUL when capacity > 0; tells the length that the whole text has. */
[[gnu::format(printf, 3, 4)]] size_t format_text(char *buffer, size_t capacity, const char *format, ...);
size_t format_text_va(char *buffer, size_t capacity, const char *format, va_list arguments);
