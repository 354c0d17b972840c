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

/* termios bits that are used here (Linux's values, see basalt's termios.h). */
enum line_input_flag : uint32_t {
	LINE_ISTRIP = 040,
	LINE_INLCR = 0100,
	LINE_IGNCR = 0200,
	LINE_ICRNL = 0400,
	LINE_IXON = 02000,
	LINE_IXANY = 04000,
	LINE_IXOFF = 010000,
	LINE_IMAXBEL = 020000,
	LINE_IUTF8 = 040000,
};
enum line_output_flag : uint32_t {
	LINE_OPOST = 1,
	LINE_OLCUC = 2,
	LINE_ONLCR = 4,
	LINE_OCRNL = 010,
	LINE_ONOCR = 020,
	LINE_ONLRET = 040,
	LINE_TAB3 = 014000,
};
enum line_local_flag : uint32_t {
	LINE_ISIG = 1,
	LINE_ICANON = 2,
	LINE_ECHO = 010,
	LINE_ECHOE = 020,
	LINE_ECHOK = 040,
	LINE_ECHONL = 0100,
	LINE_NOFLSH = 0200,
	LINE_TOSTOP = 0400,
	LINE_ECHOCTL = 01000,
	LINE_ECHOKE = 04000,
	LINE_IEXTEN = 0100000,
};
enum line_character : unsigned {
	LINE_VINTR, LINE_VQUIT, LINE_VERASE, LINE_VKILL, LINE_VEOF, LINE_VTIME, LINE_VMIN, LINE_VSWTC, LINE_VSTART, LINE_VSTOP,
	LINE_VSUSP, LINE_VEOL, LINE_VREPRINT, LINE_VDISCARD, LINE_VWERASE, LINE_VLNEXT, LINE_VEOL2,
};

#define LINE_SIGINT 2u
#define LINE_SIGQUIT 3u
#define LINE_SIGTSTP 20u

struct line {
	struct tty_attributes attributes;
	uint8_t input[LINE_INPUT_SIZE];
	uint64_t ends[LINE_INPUT_SIZE / 64];  /* marks: this byte ends a line */
	uint64_t silent[LINE_INPUT_SIZE / 64]; /* marks: this end is an EOF, no byte */
	uint32_t head, complete, tail;        /* counters: read from, end of what is complete, written to */
	uint32_t lines;                       /* complete lines in [head, complete) */
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
/* New attributes; what was typed becomes readable when canonical mode is left. */
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
	return line->attributes.local & LINE_ICANON;
}
