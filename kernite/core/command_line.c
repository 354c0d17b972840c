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
	const char *at = line;

	while (*at) {
		const char *w = word;

		while (*at == ' ')
			at++;
		while (*w && *at == *w) {
			at++;
			w++;
		}
		if (!*w && (*at == ' ' || !*at))
			return true;
		while (*at && *at != ' ')
			at++;
	}
	return false;
}
