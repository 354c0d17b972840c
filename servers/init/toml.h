/* SPDX-License-Identifier: BSD-2-Clause */
/* The subset of TOML that manifests are written in: key = "text" | integer | true | false | [texts], comments. */
#pragma once

#include "uapi/types.h"

#define TOML_ARRAY_MAX 24

enum toml_type : unsigned { TOML_TEXT, TOML_INTEGER, TOML_BOOLEAN, TOML_ARRAY };

struct toml_value {
	enum toml_type type;
	unsigned line;
	const char *text;                     /* TOML_TEXT; points into the parsed buffer */
	uint64_t integer;                     /* TOML_INTEGER; TOML_BOOLEAN: 0 or 1 */
	unsigned count;                       /* TOML_ARRAY */
	const char *items[TOML_ARRAY_MAX];
};

/* Called for each key; a text, if not null, refuses it (an error at this line). */
typedef const char *toml_key_fn(void *context, const char *key, const struct toml_value *value);

/*
 * Reads `text` (size bytes and a NUL behind them; it is changed: texts are cut out of it in place). Null, or what is wrong and in which
 * line.
 */
const char *toml_read(char *text, size_t size, toml_key_fn *on_key, void *context, unsigned *line);
