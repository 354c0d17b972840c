/* SPDX-License-Identifier: BSD-2-Clause */
/* See line.h. Order of input processing: strip, flow control, CR/NL, signals, editing, storing; echo goes through the output rules. */
#include "line.h"

#include "trona/string.h"

#define MASK (LINE_INPUT_SIZE - 1)
#define OUT_MASK (LINE_OUTPUT_SIZE - 1)
#define DELETE 0x7f
#define BELL 7
#define TAB_WIDTH 8
#define OUTPUT_WORST 8      /* bytes that one byte can become */
#define THROTTLE_AT (LINE_INPUT_SIZE - 512)
#define UNTHROTTLE_AT 512

void line_init(struct line *line)
{
	static const uint8_t characters[] = {
	    [LINE_VINTR] = 3, [LINE_VQUIT] = 28, [LINE_VERASE] = DELETE, [LINE_VKILL] = 21, [LINE_VEOF] = 4, [LINE_VMIN] = 1,
	    [LINE_VSTART] = 17, [LINE_VSTOP] = 19, [LINE_VSUSP] = 26, [LINE_VREPRINT] = 18, [LINE_VDISCARD] = 15,
	    [LINE_VWERASE] = 23, [LINE_VLNEXT] = 22, [LINE_VEOL2] = 0};

	memset(line, 0, sizeof *line);
	line->attributes = (struct tty_attributes){
	    .input = LINE_ICRNL | LINE_IXON | LINE_IUTF8,
	    .output = LINE_OPOST | LINE_ONLCR,
	    .control = 0277, /* CS8 | CREAD, B38400 as Linux encodes it */
	    .local = LINE_ISIG | LINE_ICANON | LINE_ECHO | LINE_ECHOE | LINE_ECHOK | LINE_ECHOCTL | LINE_ECHOKE | LINE_IEXTEN,
	    .input_speed = 38400,
	    .output_speed = 38400,
	};
	memcpy(line->attributes.characters, characters, sizeof characters);
}

static bool has_input(const struct line *line, uint32_t flag)
{
	return line->attributes.input & flag;
}

static bool has_local(const struct line *line, uint32_t flag)
{
	return line->attributes.local & flag;
}

/* Is the byte this special character (0: disabled)? */
static bool is_special(const struct line *line, uint8_t byte, enum line_character which)
{
	return byte != 0 && line->attributes.characters[which] == byte;
}

static bool is_continuation(const struct line *line, uint8_t byte)
{
	return has_input(line, LINE_IUTF8) && (byte & 0xc0) == 0x80;
}

/* ---- output ---- */

static size_t output_room(const struct line *line)
{
	return LINE_OUTPUT_SIZE - (line->out_tail - line->out_head);
}

static void put_raw(struct line *line, uint8_t byte)
{
	if (output_room(line) != 0)
		line->output[line->out_tail++ & OUT_MASK] = byte;
}

static void put_tab(struct line *line)
{
	uint32_t width = TAB_WIDTH - line->column % TAB_WIDTH;

	line->column += width;
	if ((line->attributes.output & LINE_TAB3) != LINE_TAB3) {
		put_raw(line, '\t');
		return;
	}
	while (width-- > 0)
		put_raw(line, ' ');
}

static void put_newline(struct line *line)
{
	if (line->attributes.output & LINE_ONLCR)
		put_raw(line, '\r');
	if (line->attributes.output & (LINE_ONLCR | LINE_ONLRET))
		line->column = 0;
	put_raw(line, '\n');
}

static void put_return(struct line *line)
{
	if ((line->attributes.output & LINE_ONOCR) && line->column == 0)
		return;
	if (line->attributes.output & LINE_OCRNL) {
		if (line->attributes.output & LINE_ONLRET)
			line->column = 0;
		put_raw(line, '\n');
		return;
	}
	line->column = 0;
	put_raw(line, '\r');
}

/* One byte through output processing. */
static void put(struct line *line, uint8_t byte)
{
	if (!(line->attributes.output & LINE_OPOST)) {
		put_raw(line, byte);
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
		if (byte >= ' ' && byte != DELETE && !is_continuation(line, byte))
			line->column++;
		if ((line->attributes.output & LINE_OLCUC) && byte >= 'a' && byte <= 'z')
			byte -= 'a' - 'A';
		break;
	}
	put_raw(line, byte);
}

size_t line_write(struct line *line, const uint8_t *data, size_t length)
{
	size_t done = 0;

	if (line->is_stopped)
		return 0;
	while (done < length && output_room(line) >= OUTPUT_WORST)
		put(line, data[done++]);
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
	uint8_t byte = line->attributes.characters[stop ? LINE_VSTOP : LINE_VSTART];

	if (byte != 0)
		put_raw(line, byte);
}

/* ---- echo ---- */

static bool is_control(uint8_t byte)
{
	return (byte < ' ' && byte != '\t') || byte == DELETE;
}

static void echo(struct line *line, uint8_t byte)
{
	if (is_control(byte) && has_local(line, LINE_ECHOCTL)) {
		put(line, '^');
		put(line, byte ^ 0x40);
	} else {
		put(line, byte);
	}
}

static void echo_if_on(struct line *line, uint8_t byte)
{
	if (has_local(line, LINE_ECHO))
		echo(line, byte);
}

/* ---- the input ring ---- */

static bool get_mark(const uint64_t *marks, uint32_t at)
{
	return marks[(at & MASK) / 64] >> (at % 64) & 1;
}

static void set_mark(uint64_t *marks, uint32_t at, bool value)
{
	uint64_t bit = 1ull << at % 64;

	if (value)
		marks[(at & MASK) / 64] |= bit;
	else
		marks[(at & MASK) / 64] &= ~bit;
}

static uint32_t used(const struct line *line)
{
	return line->tail - line->head;
}

static bool store(struct line *line, uint8_t byte, bool is_end, bool is_silent)
{
	/* One place is kept for the end of a line. */
	if (used(line) >= LINE_INPUT_SIZE - (line_is_canonical(line) && !is_end ? 1 : 0))
		return false;
	line->input[line->tail & MASK] = byte;
	set_mark(line->ends, line->tail, is_end);
	set_mark(line->silent, line->tail, is_silent);
	line->tail++;
	if (is_end)
		line->lines++;
	if (is_end || !line_is_canonical(line))
		line->complete = line->tail;
	return true;
}

static void throttle(struct line *line)
{
	if (has_input(line, LINE_IXOFF) && !line->is_throttled && used(line) >= THROTTLE_AT) {
		line->is_throttled = true;
		line_send_flow(line, true);
	}
}

static void unthrottle(struct line *line)
{
	if (line->is_throttled && used(line) <= UNTHROTTLE_AT) {
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

/* ---- editing ---- */

static void rub_out(struct line *line, uint32_t columns)
{
	while (columns-- > 0) {
		put(line, '\b');
		put(line, ' ');
		put(line, '\b');
	}
}

/* Columns that a stored byte takes on the screen when it begins at `column`. */
static uint32_t width(const struct line *line, uint8_t byte, uint32_t column)
{
	if (byte == '\t')
		return TAB_WIDTH - column % TAB_WIDTH;
	if (is_control(byte))
		return has_local(line, LINE_ECHOCTL) ? 2 : 0;
	return is_continuation(line, byte) ? 0 : 1;
}

/* The column at which stored byte `at` begins. */
static uint32_t column_of(const struct line *line, uint32_t at)
{
	uint32_t column = line->line_column;

	for (uint32_t i = line->complete; i != at; i++)
		column += width(line, line->input[i & MASK], column);
	return column;
}

/* Takes the last character of the line being typed away; false when there is none. */
static bool erase_one(struct line *line)
{
	uint32_t last = line->tail;

	if (last == line->complete)
		return false;
	do
		last--;
	while (last != line->complete && is_continuation(line, line->input[last & MASK]));
	uint8_t byte = line->input[last & MASK];
	uint32_t columns = has_local(line, LINE_ECHO) && has_local(line, LINE_ECHOE) ? width(line, byte, column_of(line, last)) : 0;

	line->tail = last;
	if (byte == '\t') {
		while (columns-- > 0)
			put(line, '\b');
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
		if (is_word(line->input[(line->tail - 1) & MASK]))
			has_seen_word = true;
		else if (has_seen_word)
			return;
		(void)erase_one(line);
	}
}

static void kill_line(struct line *line, uint8_t byte)
{
	bool is_visual = has_local(line, LINE_ECHO) && has_local(line, LINE_ECHOE) && has_local(line, LINE_ECHOK) &&
			 has_local(line, LINE_ECHOKE);

	if (is_visual) {
		while (erase_one(line))
			;
		return;
	}
	line->tail = line->complete;
	if (!has_local(line, LINE_ECHO))
		return;
	echo(line, byte);
	if (has_local(line, LINE_ECHOK))
		put(line, '\n');
}

static void reprint(struct line *line, uint8_t byte)
{
	if (!has_local(line, LINE_ECHO))
		return;
	echo(line, byte);
	put(line, '\n');
	line->line_column = line->column;
	for (uint32_t i = line->complete; i != line->tail; i++)
		echo(line, line->input[i & MASK]);
}

/* True when the byte was an editing character and is done with. */
static bool edit(struct line *line, uint8_t byte)
{
	if (is_special(line, byte, LINE_VERASE)) {
		bool is_visual = has_local(line, LINE_ECHOE);

		if (erase_one(line) && !is_visual)
			echo_if_on(line, byte);
		return true;
	}
	if (is_special(line, byte, LINE_VKILL)) {
		kill_line(line, byte);
		return true;
	}
	if (!has_local(line, LINE_IEXTEN))
		return false;
	if (is_special(line, byte, LINE_VWERASE)) {
		erase_word(line);
		return true;
	}
	if (is_special(line, byte, LINE_VREPRINT)) {
		reprint(line, byte);
		return true;
	}
	return false;
}

/* ---- receiving ---- */

/* True when the byte was flow control. */
static bool control_flow(struct line *line, uint8_t byte)
{
	if (!has_input(line, LINE_IXON))
		return false;
	bool is_start = is_special(line, byte, LINE_VSTART), is_stop = is_special(line, byte, LINE_VSTOP);

	if (is_stop && !(is_start && line->is_stopped)) {
		line->is_stopped = true;
		return true;
	}
	if (is_start) {
		line->is_stopped = false;
		return true;
	}
	if (line->is_stopped && has_input(line, LINE_IXANY))
		line->is_stopped = false;
	return false;
}

/* The signal that a byte asks for; 0: none. */
static uint32_t signal_of(const struct line *line, uint8_t byte)
{
	if (!has_local(line, LINE_ISIG))
		return 0;
	if (is_special(line, byte, LINE_VINTR))
		return LINE_SIGINT;
	if (is_special(line, byte, LINE_VQUIT))
		return LINE_SIGQUIT;
	return is_special(line, byte, LINE_VSUSP) ? LINE_SIGTSTP : 0;
}

static void raise(struct line *line, uint8_t byte, uint32_t number, line_signal_fn *signal, void *context)
{
	if (!has_local(line, LINE_NOFLSH)) {
		line_flush_input(line);
		line_flush_output(line);
	}
	line->is_stopped = false;
	echo_if_on(line, byte);
	line->line_column = line->column;
	signal(context, number);
}

static void store_or_ring(struct line *line, uint8_t byte, bool is_end, bool is_silent)
{
	if (!store(line, byte, is_end, is_silent)) {
		if (has_input(line, LINE_IMAXBEL))
			put_raw(line, BELL);
		return;
	}
	throttle(line);
	if (is_silent)
		return;
	if (byte == '\n' && (is_end || !line_is_canonical(line))) {
		if (has_local(line, LINE_ECHO) || has_local(line, LINE_ECHONL))
			put(line, '\n');
	} else {
		echo_if_on(line, byte);
	}
	if (is_end)
		line->line_column = line->column;
}

static void receive_canonical(struct line *line, uint8_t byte)
{
	if (edit(line, byte))
		return;
	if (byte == '\n') {
		store_or_ring(line, byte, true, false);
	} else if (is_special(line, byte, LINE_VEOF)) {
		store_or_ring(line, byte, true, true);
	} else {
		bool is_end = is_special(line, byte, LINE_VEOL) ||
			      (has_local(line, LINE_IEXTEN) && is_special(line, byte, LINE_VEOL2));

		store_or_ring(line, byte, is_end, false);
	}
}

static void receive_one(struct line *line, uint8_t byte, line_signal_fn *signal, void *context)
{
	if (has_input(line, LINE_ISTRIP))
		byte &= 0x7f;
	if (line->is_literal) {
		line->is_literal = false;
		store_or_ring(line, byte, false, false);
		return;
	}
	if (control_flow(line, byte))
		return;
	if (byte == '\r') {
		if (has_input(line, LINE_IGNCR))
			return;
		if (has_input(line, LINE_ICRNL))
			byte = '\n';
	} else if (byte == '\n' && has_input(line, LINE_INLCR)) {
		byte = '\r';
	}
	uint32_t number = signal_of(line, byte);

	if (number != 0) {
		raise(line, byte, number, signal, context);
		return;
	}
	if (has_local(line, LINE_IEXTEN) && line_is_canonical(line) && is_special(line, byte, LINE_VLNEXT)) {
		line->is_literal = true;
		if (has_local(line, LINE_ECHO) && has_local(line, LINE_ECHOCTL)) {
			put(line, '^');
			put(line, '\b');
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
	return LINE_INPUT_SIZE - 1 - used(line) < LINE_INPUT_SIZE ? LINE_INPUT_SIZE - 1 - used(line) : 0;
}

/* ---- reading ---- */

bool line_is_readable(const struct line *line, size_t length)
{
	const uint8_t *characters = line->attributes.characters;

	if (line_is_canonical(line))
		return line->lines != 0;
	uint32_t need = characters[LINE_VMIN];

	if (need > length)
		need = (uint32_t)length;
	/* With a timer any byte may be enough: the caller decides when. */
	return used(line) >= (need != 0 ? need : 1);
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

	while (done < length && line->head != line->complete) {
		uint32_t at = line->head++;
		bool is_end = get_mark(line->ends, at), is_silent = get_mark(line->silent, at);

		if (is_end)
			line->lines--;
		if (!is_silent)
			data[done++] = line->input[at & MASK];
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

void line_set_attributes(struct line *line, const struct tty_attributes *attributes)
{
	bool was_canonical = line_is_canonical(line);

	line->attributes = *attributes;
	if (was_canonical && !line_is_canonical(line)) {
		line->complete = line->tail;
	} else if (!was_canonical && line_is_canonical(line) && line->head != line->tail && !get_mark(line->ends, line->tail - 1)) {
		/* What was typed before is a line. */
		set_mark(line->ends, line->tail - 1, true);
		line->lines++;
		line->complete = line->tail;
	}
	if (!has_input(line, LINE_IXON))
		line->is_stopped = false;
	if (!line_is_canonical(line))
		line->is_literal = false;
}
