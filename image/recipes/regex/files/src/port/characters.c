/* SPDX-License-Identifier: BSD-2-Clause */
/* The characters of texts and patterns: mbtowc() would remember half ones from call to call, and refuse bytes. */
#include <string.h>

enum {
	BEHIND_LAST = 0x110000, /* TRE_CHAR_MAX + 1, and there the null */
	C_LOCALE_BYTE = 0xdc00, /* no character of any locale, and in the range of `.` */
};

static int byte_char(wchar_t *c, unsigned char byte)
{
	*c = (wchar_t)(MB_CUR_MAX == 1 ? C_LOCALE_BYTE + byte : BEHIND_LAST + byte);
	return 1;
}

static int multibyte_char(wchar_t *c, const char *at, size_t room)
{
	mbstate_t fresh;

	memset(&fresh, 0, sizeof fresh);
	size_t length = mbrtowc(c, at, room < MB_LEN_MAX ? room : MB_LEN_MAX, &fresh);

	return length - 1 < MB_LEN_MAX ? (int)length : byte_char(c, (unsigned char)*at);
}

int __tre_text_char(wchar_t *c, const char *at, const char *end)
{
	if (at == end) {
		*c = 0;
		return 0;
	}
	unsigned char byte = (unsigned char)*at;

	if (byte >= 0x80)
		return multibyte_char(c, at, (size_t)(end - at));
	*c = byte ? byte : BEHIND_LAST;
	return 1;
}

int __tre_pattern_char(wchar_t *c, const char *at)
{
	unsigned char byte = (unsigned char)*at;

	if (byte >= 0x80)
		return multibyte_char(c, at, strnlen(at, MB_LEN_MAX));
	*c = byte;
	return byte != 0;
}
