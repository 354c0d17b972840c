/* SPDX-License-Identifier: BSD-2-Clause */
/* Echo, and the editing of the line that is being typed. */
#include "line_parts.h"

static bool is_control(uint8_t byte)
{
	return (byte < ' ' && byte != '	') || byte == LINE_DELETE;
}

void line_echo(struct line *line, uint8_t byte)
{
	if (is_control(byte) && has_local(line, TTY_LOCAL_ECHOCTL)) {
		line_put(line, '^');
		line_put(line, byte ^ 0x40);
	} else {
		line_put(line, byte);
	}
}

void line_echo_if_on(struct line *line, uint8_t byte)
{
	if (has_local(line, TTY_LOCAL_ECHO))
		line_echo(line, byte);
}

static void rub_out(struct line *line, uint32_t columns)
{
	while (columns-- > 0) {
		line_put(line, '\b');
		line_put(line, ' ');
		line_put(line, '\b');
	}
}

/* Columns that a stored byte takes on the screen when it begins at `column`. */
static uint32_t width(const struct line *line, uint8_t byte, uint32_t column)
{
	if (byte == '\t')
		return LINE_TAB_WIDTH - column % LINE_TAB_WIDTH;
	if (is_control(byte))
		return has_local(line, TTY_LOCAL_ECHOCTL) ? 2 : 0;
	return is_continuation(line, byte) ? 0 : 1;
}

/* How far behind a tab stop stored byte `at` begins. Only what follows the tab before it matters, so a line is gone through once however much is erased. */
static uint32_t column_of(const struct line *line, uint32_t at)
{
	uint32_t column = 0, first = at;

	while (first != line->complete && line->input[(first - 1) & LINE_INPUT_MASK] != '\t')
		first--;
	if (first == line->complete)
		column = line->line_column;
	for (uint32_t i = first; i != at; i++)
		column += width(line, line->input[i & LINE_INPUT_MASK], column);
	return column % LINE_TAB_WIDTH;
}

/* Takes the last character of the line being typed away; false when there is none. */
static bool erase_one(struct line *line)
{
	uint32_t last = line->tail;

	if (last == line->complete)
		return false;
	do
		last--;
	while (last != line->complete && is_continuation(line, line->input[last & LINE_INPUT_MASK]));
	uint8_t byte = line->input[last & LINE_INPUT_MASK];
	bool is_shown = has_local(line, TTY_LOCAL_ECHO) && has_local(line, TTY_LOCAL_ECHOE);
	uint32_t columns = is_shown ? width(line, byte, byte == '\t' ? column_of(line, last) : 0) : 0;

	line->tail = last;
	if (byte == '\t') {
		while (columns-- > 0)
			line_put(line, '\b');
	} else {
		rub_out(line, columns);
	}
	return true;
}

static bool is_word(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
	       byte >= 0x80;
}

static void erase_word(struct line *line)
{
	bool has_seen_word = false;

	while (line->tail != line->complete) {
		if (is_word(line->input[(line->tail - 1) & LINE_INPUT_MASK]))
			has_seen_word = true;
		else if (has_seen_word)
			return;
		(void)erase_one(line);
	}
}

static void kill_line(struct line *line, uint8_t byte)
{
	bool is_visual = has_local(line, TTY_LOCAL_ECHO) && has_local(line, TTY_LOCAL_ECHOE) && has_local(line, TTY_LOCAL_ECHOK) &&
			 has_local(line, TTY_LOCAL_ECHOKE);

	if (is_visual) {
		while (erase_one(line))
			;
		return;
	}
	line->tail = line->complete;
	if (!has_local(line, TTY_LOCAL_ECHO))
		return;
	line_echo(line, byte);
	if (has_local(line, TTY_LOCAL_ECHOK))
		line_put(line, '\n');
}

static void reprint(struct line *line, uint8_t byte)
{
	if (!has_local(line, TTY_LOCAL_ECHO))
		return;
	line_echo(line, byte);
	line_put(line, '\n');
	line->line_column = line->column;
	for (uint32_t i = line->complete; i != line->tail && !line_output_is_full(line); i++)
		line_echo(line, line->input[i & LINE_INPUT_MASK]);
}

bool line_edit(struct line *line, uint8_t byte)
{
	if (is_special(line, byte, TTY_CHARACTER_ERASE)) {
		bool is_visual = has_local(line, TTY_LOCAL_ECHOE);

		if (erase_one(line) && !is_visual)
			line_echo_if_on(line, byte);
		return true;
	}
	if (is_special(line, byte, TTY_CHARACTER_KILL)) {
		kill_line(line, byte);
		return true;
	}
	if (!has_local(line, TTY_LOCAL_IEXTEN))
		return false;
	if (is_special(line, byte, TTY_CHARACTER_WERASE)) {
		erase_word(line);
		return true;
	}
	if (is_special(line, byte, TTY_CHARACTER_REPRINT)) {
		reprint(line, byte);
		return true;
	}
	return false;
}
