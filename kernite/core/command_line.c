/* SPDX-License-Identifier: BSD-2-Clause */
/* Command-line flags. */
#include "core/command_line.h"

static const char *line = "";

void command_line_set(const char *text)
{
	line = text;
}

bool command_line_has(const char *word)
{
	for (const char *at = line; *at;) {
		const char *w = word;

		while (*at == ' ')
			at++;
		for (; *w && *at == *w; w++)
			at++;
		if (!*w && (*at == ' ' || !*at))
			return true;
		while (*at && *at != ' ')
			at++;
	}
	return false;
}
