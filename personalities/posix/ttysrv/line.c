/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See line.h: what is there at the beginning, the input ring with its marks, reading, changing attributes. The other parts: line_receive.c,
 * line_edit.c, line_output.c.
 */
#include "line_parts.h"

#include "trona/string.h"

#define THROTTLE_AT (LINE_INPUT_SIZE - 512)
#define UNTHROTTLE_AT 512

void line_init(struct line *line)
{
	static const uint8_t characters[] = {
	    [TTY_CHARACTER_INTR] = 3,
	    [TTY_CHARACTER_QUIT] = 28,
	    [TTY_CHARACTER_ERASE] = LINE_DELETE,
	    [TTY_CHARACTER_KILL] = 21,
	    [TTY_CHARACTER_EOF] = 4,
	    [TTY_CHARACTER_MIN] = 1,
	    [TTY_CHARACTER_START] = 17,
	    [TTY_CHARACTER_STOP] = 19,
	    [TTY_CHARACTER_SUSP] = 26,
	    [TTY_CHARACTER_REPRINT] = 18,
	    [TTY_CHARACTER_DISCARD] = 15,
	    [TTY_CHARACTER_WERASE] = 23,
	    [TTY_CHARACTER_LNEXT] = 22,
	};

	memset(line, 0, sizeof *line);
	line->attributes = (struct tty_attributes){
	    .input = TTY_INPUT_ICRNL | TTY_INPUT_IXON | TTY_INPUT_IUTF8,
	    .output = TTY_OUTPUT_OPOST | TTY_OUTPUT_ONLCR,
	    .control = 0277, /* CS8 | CREAD, B38400 as Linux encodes it */
	    .local = TTY_LOCAL_ISIG | TTY_LOCAL_ICANON | TTY_LOCAL_ECHO | TTY_LOCAL_ECHOE | TTY_LOCAL_ECHOK | TTY_LOCAL_ECHOCTL |
		     TTY_LOCAL_ECHOKE | TTY_LOCAL_IEXTEN,
	    .input_speed = 38400,
	    .output_speed = 38400,
	};
	memcpy(line->attributes.characters, characters, sizeof characters);
}

static bool get_mark(const uint64_t *marks, uint32_t at)
{
	return marks[(at & LINE_INPUT_MASK) / 64] >> (at % 64) & 1;
}

static void set_mark(uint64_t *marks, uint32_t at, bool value)
{
	uint64_t bit = 1ull << at % 64;

	if (value)
		marks[(at & LINE_INPUT_MASK) / 64] |= bit;
	else
		marks[(at & LINE_INPUT_MASK) / 64] &= ~bit;
}

bool line_store(struct line *line, uint8_t byte, bool is_end, bool is_silent)
{
	/* One place is kept for the end of a line. */
	if (line_used(line) >= LINE_INPUT_SIZE - (line_is_canonical(line) && !is_end ? 1 : 0))
		return false;
	line->input[line->tail & LINE_INPUT_MASK] = byte;
	set_mark(line->ends, line->tail, is_end);
	set_mark(line->silent, line->tail, is_silent);
	line->tail++;
	if (is_end)
		line->lines++;
	if (is_end || !line_is_canonical(line))
		line->complete = line->tail;
	return true;
}

void line_throttle(struct line *line)
{
	if (has_input(line, TTY_INPUT_IXOFF) && !line->is_throttled && line_used(line) >= THROTTLE_AT) {
		line->is_throttled = true;
		line_send_flow(line, true);
	}
}

static void unthrottle(struct line *line)
{
	if (line->is_throttled && line_used(line) <= UNTHROTTLE_AT) {
		line->is_throttled = false;
		line_send_flow(line, false);
	}
}

void line_flush_input(struct line *line)
{
	line->head = line->complete = line->tail;
	line->lines = 0;
	line->is_literal = false;
	unthrottle(line);
}

bool line_is_readable(const struct line *line, size_t length)
{
	const uint8_t *characters = line->attributes.characters;

	if (line_is_canonical(line))
		return line->lines != 0;
	uint32_t need = characters[TTY_CHARACTER_MIN];

	if (need > length)
		need = (uint32_t)length;
	/* With a timer any byte may be enough: the caller decides when. */
	return line_used(line) >= (need != 0 ? need : 1);
}

size_t line_available(const struct line *line)
{
	size_t count = line->complete - line->head;

	for (uint32_t i = line->head; i != line->complete && line_is_canonical(line); i++)
		count -= get_mark(line->silent, i);
	return count;
}

size_t line_read(struct line *line, uint8_t *data, size_t length)
{
	size_t done = 0;

	line->read_head = line->head;
	line->read_lines = line->lines;
	while (done < length && line->head != line->complete) {
		uint32_t at = line->head++;
		bool is_end = get_mark(line->ends, at), is_silent = get_mark(line->silent, at);

		if (is_end)
			line->lines--;
		if (!is_silent)
			data[done++] = line->input[at & LINE_INPUT_MASK];
		if (is_end && line_is_canonical(line))
			break;
	}
	/* A line that exactly fills the buffer takes the EOF behind it along, as on Linux. */
	if (done == length && done != 0 && line->head != line->complete && line_is_canonical(line) &&
	    get_mark(line->silent, line->head) && !get_mark(line->ends, line->head - 1)) {
		line->head++;
		line->lines--;
	}
	unthrottle(line);
	return done;
}

void line_unread(struct line *line)
{
	line->head = line->read_head;
	line->lines = line->read_lines;
}

/* From now on there are no lines, only bytes; an EOF that was typed is a NUL, as on Linux. */
static void forget_lines(struct line *line)
{
	for (uint32_t i = line->head; i != line->tail; i++) {
		if (get_mark(line->silent, i))
			line->input[i & LINE_INPUT_MASK] = 0;
		set_mark(line->ends, i, false);
		set_mark(line->silent, i, false);
	}
	line->lines = 0;
	line->complete = line->tail;
	line->is_literal = false;
}

/* What was typed before canonical mode is one line. */
static void make_line(struct line *line)
{
	if (line->head == line->tail)
		return;
	set_mark(line->ends, line->tail - 1, true);
	line->lines = 1;
}

void line_set_attributes(struct line *line, const struct tty_attributes *attributes)
{
	bool was_canonical = line_is_canonical(line);

	line->attributes = *attributes;
	if (was_canonical != line_is_canonical(line)) {
		forget_lines(line);
		if (!was_canonical)
			make_line(line);
	}
	if (!has_input(line, TTY_INPUT_IXON))
		line->is_stopped = false;
}
