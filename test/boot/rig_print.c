/* SPDX-License-Identifier: BSD-2-Clause */
#include "rig_print.h"

#include <stdarg.h>

#include "kn/console.h"
#include "trona/format.h"
#include "uapi/error.h"
#include "uapi/object/boot.h"

void rig_print(const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	size_t length = format_text_va(line, sizeof(line), format, arguments);
	va_end(arguments);
	length = length < sizeof(line) ? length : sizeof(line) - 1;
	for (size_t done = 0; done < length;) {
		struct kn_console_data data = {};
		uint8_t part = (uint8_t)(length - done < sizeof(data.bytes) ? length - done
									    : sizeof(data.bytes));

		__builtin_memcpy(data.bytes, line + done, part);
		if (kn_console_write(KN_BOOT_SLOT_CONSOLE, part, &data) != KN_OK)
			return;
		done += part;
	}
}
