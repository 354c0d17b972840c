/* SPDX-License-Identifier: BSD-2-Clause */
/* A growing text on the heap. After a failure it stays empty and says so at the end, so that writers need not check each line. */
#pragma once

#include <stddef.h>

#include "uapi/error.h"

struct text {
	char *data;
	size_t length, capacity;
	bool has_failed;
};

[[gnu::format(printf, 2, 3)]] void text_add(struct text *text, const char *format, ...);
void text_add_bytes(struct text *text, const char *data, size_t length);
/* The text, to be freed by the caller; NO_MEMORY when any part failed. */
[[nodiscard]] kn_status text_take(struct text *text, char **data, size_t *length);
