/* SPDX-License-Identifier: BSD-2-Clause */
/* Input processing, in this order: strip, flow control, CR and NL, signals, editing, storing; echo goes through the output rules. */
#include "line_parts.h"

#define BELL 7

/* True when the byte was flow control. */
static bool control_flow(struct line *line, uint8_t byte)
{
	if (!has_input(line, TTY_INPUT_IXON))
		return false;
	bool is_start = is_special(line, byte, TTY_CHARACTER_START), is_stop = is_special(line, byte, TTY_CHARACTER_STOP);

	if (is_stop && !(is_start && line->is_stopped)) {
		line->is_stopped = true;
		return true;
	}
	if (is_start) {
		line->is_stopped = false;
		return true;
	}
	if (line->is_stopped && has_input(line, TTY_INPUT_IXANY))
		line->is_stopped = false;
	return false;
}

/* The signal that a byte asks for; 0: none. */
static uint32_t signal_of(const struct line *line, uint8_t byte)
{
	if (!has_local(line, TTY_LOCAL_ISIG))
		return 0;
	if (is_special(line, byte, TTY_CHARACTER_INTR))
		return SIGNAL_INT;
	if (is_special(line, byte, TTY_CHARACTER_QUIT))
		return SIGNAL_QUIT;
	return is_special(line, byte, TTY_CHARACTER_SUSP) ? SIGNAL_TSTP : 0;
}

static void raise(struct line *line, uint8_t byte, uint32_t number, line_signal_fn *signal, void *context)
{
	if (!has_local(line, TTY_LOCAL_NOFLSH)) {
		line_flush_input(line);
		line_flush_output(line);
	}
	line->is_stopped = false;
	line_echo_if_on(line, byte);
	line->line_column = line->column;
	signal(context, number);
}

static void store_or_ring(struct line *line, uint8_t byte, bool is_end, bool is_silent)
{
	if (!line_store(line, byte, is_end, is_silent)) {
		if (has_input(line, TTY_INPUT_IMAXBEL))
			line_put_raw(line, BELL);
		return;
	}
	line_throttle(line);
	if (is_silent)
		return;
	if (byte == '\n' && (is_end || !line_is_canonical(line))) {
		if (has_local(line, TTY_LOCAL_ECHO) || has_local(line, TTY_LOCAL_ECHONL))
			line_put(line, '\n');
	} else {
		line_echo_if_on(line, byte);
	}
	if (is_end)
		line->line_column = line->column;
}

static void receive_canonical(struct line *line, uint8_t byte)
{
	if (line_edit(line, byte))
		return;
	if (byte == '\n') {
		store_or_ring(line, byte, true, false);
	} else if (is_special(line, byte, TTY_CHARACTER_EOF)) {
		store_or_ring(line, byte, true, true);
	} else {
		bool is_end = is_special(line, byte, TTY_CHARACTER_EOL) ||
			      (has_local(line, TTY_LOCAL_IEXTEN) && is_special(line, byte, TTY_CHARACTER_EOL2));

		store_or_ring(line, byte, is_end, false);
	}
}

static void receive_one(struct line *line, uint8_t byte, line_signal_fn *signal, void *context)
{
	if (has_input(line, TTY_INPUT_ISTRIP))
		byte &= 0x7f;
	if (line->is_literal) {
		line->is_literal = false;
		store_or_ring(line, byte, false, false);
		return;
	}
	if (control_flow(line, byte))
		return;
	if (byte == '\r') {
		if (has_input(line, TTY_INPUT_IGNCR))
			return;
		if (has_input(line, TTY_INPUT_ICRNL))
			byte = '\n';
	} else if (byte == '\n' && has_input(line, TTY_INPUT_INLCR)) {
		byte = '\r';
	}
	uint32_t number = signal_of(line, byte);

	if (number != 0) {
		raise(line, byte, number, signal, context);
		return;
	}
	if (has_local(line, TTY_LOCAL_IEXTEN) && line_is_canonical(line) && is_special(line, byte, TTY_CHARACTER_LNEXT)) {
		line->is_literal = true;
		if (has_local(line, TTY_LOCAL_ECHO) && has_local(line, TTY_LOCAL_ECHOCTL)) {
			line_put(line, '^');
			line_put(line, '\b');
		}
		return;
	}
	if (line_is_canonical(line))
		receive_canonical(line, byte);
	else
		store_or_ring(line, byte, false, false);
}

void line_receive(struct line *line, const uint8_t *data, size_t length, line_signal_fn *signal, void *context)
{
	for (size_t i = 0; i < length; i++)
		receive_one(line, data[i], signal, context);
}

size_t line_receive_room(const struct line *line)
{
	/* A line that has no end yet must not stop the typist: too long ones lose bytes instead. */
	if (line_is_canonical(line) && line->lines == 0)
		return LINE_INPUT_SIZE;
	return LINE_INPUT_SIZE - 1 - line_used(line) < LINE_INPUT_SIZE ? LINE_INPUT_SIZE - 1 - line_used(line) : 0;
}
