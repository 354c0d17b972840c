/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline: what happens to bytes between a terminal's device and its readers and writers (POSIX general terminal
 * interface, with Linux's extensions). Pure: no message, no process, no time; signals and hang-ups are told by return values and a
 * callback, so that every rule is tested on the host.
 *
 * Input is kept in one ring; in canonical mode bytes become readable when their line is complete, and a mark on a byte says that a
 * line ends with it. Output is processed into a second ring, which the device (or the master's reader) drains. Parity and breaks do not exist on
 * our lines, so PARMRK, INPCK, IGNPAR, BRKINT and IGNBRK have nothing to act on.
 */
#pragma once

#include <stddef.h>

#include "uapi/protocol/tty.h"
#include "uapi/types.h"

#define LINE_INPUT_SIZE 4096u
#define LINE_OUTPUT_SIZE 8192u

/* Linux's numbers. */
enum line_signal : uint32_t {
	SIGNAL_HUP = 1,
	SIGNAL_INT = 2,
	SIGNAL_QUIT = 3,
	SIGNAL_CONT = 18,
	SIGNAL_TSTP = 20,
	SIGNAL_TTIN = 21,
	SIGNAL_TTOU = 22,
	SIGNAL_WINCH = 28,
};

struct line {
	struct tty_attributes attributes;
	uint8_t input[LINE_INPUT_SIZE];
	uint64_t ends[LINE_INPUT_SIZE / 64];  /* marks: this byte ends a line */
	uint64_t silent[LINE_INPUT_SIZE / 64]; /* marks: this end is an EOF, no byte */
	uint32_t head, complete, tail;        /* counters: read from, end of what is complete, written to */
	uint32_t lines;                       /* complete lines in [head, complete) */
	uint32_t read_head, read_lines;       /* as they were before the last read */
	uint8_t output[LINE_OUTPUT_SIZE];
	uint32_t out_head, out_tail;
	uint32_t column;                      /* of the output */
	uint32_t line_column;                 /* where the line being typed began */
	bool is_literal;                      /* the next byte is taken as it is (VLNEXT) */
	bool is_stopped;                      /* output, by VSTOP or tcflow */
	bool is_throttled;                    /* VSTOP was sent because the input is nearly full (IXOFF) */
};

/* Called for each signal that input asks for. */
typedef void line_signal_fn(void *context, uint32_t signal);

/* Linux's defaults: cooked, 38400 baud. */
void line_init(struct line *line);
/* New attributes. Nothing typed is lost: it becomes readable byte by byte when canonical mode is left, and is one line when it begins. */
void line_set_attributes(struct line *line, const struct tty_attributes *attributes);
/* Bytes from the device. Those that find no room are lost (with a bell if IMAXBEL). */
void line_receive(struct line *line, const uint8_t *data, size_t length, line_signal_fn *signal, void *context);
/* How many bytes can be received without loss (a pseudo-terminal's master waits for it). */
size_t line_receive_room(const struct line *line);
/* Would a read of `length` bytes be satisfied (by VMIN; VTIME is the caller's)? */
bool line_is_readable(const struct line *line, size_t length);
/* Bytes that a read could get now (FIONREAD). */
size_t line_available(const struct line *line);
/* Takes up to `length` bytes, in canonical mode of one line. 0: an EOF was read, or there is nothing. */
size_t line_read(struct line *line, uint8_t *data, size_t length);
/* Puts back what the last line_read() took: it reached nobody. Nothing else may have happened to the line since. */
void line_unread(struct line *line);
/* Processes output; tells how many bytes were taken (less when the ring is full or output is stopped). */
size_t line_write(struct line *line, const uint8_t *data, size_t length);
/* Bytes for the device; none while stopped. */
size_t line_output_available(const struct line *line);
/* Takes output for the device. */
size_t line_take_output(struct line *line, uint8_t *data, size_t length);
/* The next contiguous output without taking it, and taking it. */
const uint8_t *line_peek_output(const struct line *line, size_t *length);
void line_drop_output(struct line *line, size_t length);
void line_flush_input(struct line *line);
void line_flush_output(struct line *line);
/* tcflow: send VSTOP (true) or VSTART to the device. */
void line_send_flow(struct line *line, bool stop);

static inline bool line_is_canonical(const struct line *line)
{
	return line->attributes.local & TTY_LOCAL_ICANON;
}
