/* SPDX-License-Identifier: BSD-2-Clause */
/* Output processing (POSIX OPOST and its like), and the ring that the device drains. */
#include "line_parts.h"

#include "trona/string.h"

#define OUT_MASK (LINE_OUTPUT_SIZE - 1)
#define OUTPUT_WORST 8 /* bytes that one byte can become */

static size_t output_room(const struct line *line)
{
	return LINE_OUTPUT_SIZE - (line->out_tail - line->out_head);
}

void line_put_raw(struct line *line, uint8_t byte)
{
	if (output_room(line) != 0)
		line->output[line->out_tail++ & OUT_MASK] = byte;
}

static void put_tab(struct line *line)
{
	uint32_t width = LINE_TAB_WIDTH - line->column % LINE_TAB_WIDTH;

	line->column += width;
	if ((line->attributes.output & TTY_OUTPUT_TAB3) != TTY_OUTPUT_TAB3) {
		line_put_raw(line, '\t');
		return;
	}
	while (width-- > 0)
		line_put_raw(line, ' ');
}

static void put_newline(struct line *line)
{
	if (line->attributes.output & TTY_OUTPUT_ONLCR)
		line_put_raw(line, '\r');
	if (line->attributes.output & (TTY_OUTPUT_ONLCR | TTY_OUTPUT_ONLRET))
		line->column = 0;
	line_put_raw(line, '\n');
}

static void put_return(struct line *line)
{
	if ((line->attributes.output & TTY_OUTPUT_ONOCR) && line->column == 0)
		return;
	if (line->attributes.output & TTY_OUTPUT_OCRNL) {
		if (line->attributes.output & TTY_OUTPUT_ONLRET)
			line->column = 0;
		line_put_raw(line, '\n');
		return;
	}
	line->column = 0;
	line_put_raw(line, '\r');
}

void line_put(struct line *line, uint8_t byte)
{
	if (!(line->attributes.output & TTY_OUTPUT_OPOST)) {
		line_put_raw(line, byte);
		return;
	}
	switch (byte) {
	case '\n':
		put_newline(line);
		return;
	case '\r':
		put_return(line);
		return;
	case '\t':
		put_tab(line);
		return;
	case '\b':
		if (line->column > 0)
			line->column--;
		break;
	default:
		if (byte >= ' ' && byte != LINE_DELETE && !is_continuation(line, byte))
			line->column++;
		if ((line->attributes.output & TTY_OUTPUT_OLCUC) && byte >= 'a' && byte <= 'z')
			byte -= 'a' - 'A';
		break;
	}
	line_put_raw(line, byte);
}

size_t line_write(struct line *line, const uint8_t *data, size_t length)
{
	size_t done = 0;

	if (line->is_stopped)
		return 0;
	while (done < length && output_room(line) >= OUTPUT_WORST)
		line_put(line, data[done++]);
	/* What is typed next begins here. */
	line->line_column = line->column;
	return done;
}

size_t line_output_available(const struct line *line)
{
	return line->is_stopped ? 0 : line->out_tail - line->out_head;
}

const uint8_t *line_peek_output(const struct line *line, size_t *length)
{
	size_t available = line_output_available(line), first = LINE_OUTPUT_SIZE - (line->out_head & OUT_MASK);

	*length = available < first ? available : first;
	return &line->output[line->out_head & OUT_MASK];
}

void line_drop_output(struct line *line, size_t length)
{
	line->out_head += (uint32_t)length;
}

size_t line_take_output(struct line *line, uint8_t *data, size_t length)
{
	size_t done = 0, part;

	while (done < length) {
		const uint8_t *from = line_peek_output(line, &part);

		if (part == 0)
			break;
		if (part > length - done)
			part = length - done;
		memcpy(data + done, from, part);
		line_drop_output(line, part);
		done += part;
	}
	return done;
}

void line_flush_output(struct line *line)
{
	line->out_head = line->out_tail;
}

void line_send_flow(struct line *line, bool stop)
{
	uint8_t byte = line->attributes.characters[stop ? TTY_CHARACTER_STOP : TTY_CHARACTER_START];

	if (byte != 0)
		line_put_raw(line, byte);
}
