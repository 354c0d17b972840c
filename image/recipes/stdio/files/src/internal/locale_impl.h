/* SPDX-License-Identifier: BSD-2-Clause */
/* Every locale has the one encoding, UTF-8: a stream remembers none. */
#pragma once

#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

typedef struct __locale_struct *__stdio_locale;
#define locale_t __stdio_locale
#define CURRENT_LOCALE (*(__stdio_locale[1]){ 0 })
#define C_LOCALE NULL
#define UTF8_LOCALE NULL
