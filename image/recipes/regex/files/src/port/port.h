/* SPDX-License-Identifier: BSD-2-Clause */
/* What musl's regular expressions expect of musl's own headers, and what they take for a character. */
#pragma once

#include <ctype.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <wchar.h>

#define hidden __attribute__((__visibility__("hidden")))

#ifndef CHARCLASS_NAME_MAX
#define CHARCLASS_NAME_MAX 14
#endif

/* Of the C locale, and for any char. */
#undef isdigit
#define isdigit(c) ((unsigned)(c) - '0' < 10)

/**
 * Put the character at `at` into c and return its length: 0 at `end` (and c is 0 only there).
 *
 * Bytes that are no character, and a null within the text, get codes behind the last character's:
 * they are equal to themselves and in no class or range, `.` does not match them. In the C locale
 * every byte is a character.
 */
hidden int __tre_text_char(wchar_t *c, const char *at, const char *end);

/** The same for a pattern, which ends with its null. */
hidden int __tre_pattern_char(wchar_t *c, const char *at);

#define tre_text_char __tre_text_char
#undef mbtowc
#define mbtowc(c, at, length) __tre_pattern_char(c, at)
