/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the line discipline share; nobody else includes it. */
#pragma once

#include "line.h"

#define LINE_INPUT_MASK (LINE_INPUT_SIZE - 1)
#define LINE_DELETE 0x7f
#define LINE_TAB_WIDTH 8

static inline bool has_input(const struct line *line, uint32_t flag)
{
	return line->attributes.input & flag;
}

static inline bool has_local(const struct line *line, uint32_t flag)
{
	return line->attributes.local & flag;
}

/* Is the byte this special character (0: disabled)? */
static inline bool is_special(const struct line *line, uint8_t byte, enum tty_character which)
{
	return byte != 0 && line->attributes.characters[which] == byte;
}

static inline bool is_continuation(const struct line *line, uint8_t byte)
{
	return has_input(line, TTY_INPUT_IUTF8) && (byte & 0xc0) == 0x80;
}

/* Bytes in the input ring, the line being typed too. */
static inline uint32_t line_used(const struct line *line)
{
	return line->tail - line->head;
}

/* What is put now is lost. */
static inline bool line_output_is_full(const struct line *line)
{
	return line->out_tail - line->out_head == LINE_OUTPUT_SIZE;
}

/* One byte for the device, unprocessed or through output processing. */
void line_put_raw(struct line *line, uint8_t byte);
void line_put(struct line *line, uint8_t byte);
/* Shows a typed byte, whatever ECHO says, or as it says. */
void line_echo(struct line *line, uint8_t byte);
void line_echo_if_on(struct line *line, uint8_t byte);
/* True when the byte was an editing character and is done with. */
bool line_edit(struct line *line, uint8_t byte);
/* Puts a byte into the input ring (`is_silent`: an EOF, which no reader sees); false: no room. */
bool line_store(struct line *line, uint8_t byte, bool is_end, bool is_silent);
/* Asks the sender to wait if the ring is nearly full (IXOFF). */
void line_throttle(struct line *line);
