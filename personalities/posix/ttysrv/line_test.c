/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <stdio.h>
#include <time.h>

#include "line.h"

static struct line line;
static uint32_t signals;

static void on_signal(void *context, uint32_t signal)
{
	(void)context;
	signals |= 1u << signal;
}

static int fresh(void **state)
{
	(void)state;
	line_init(&line);
	signals = 0;
	return 0;
}

static void type(const char *text)
{
	line_receive(&line, (const uint8_t *)text, strlen(text), on_signal, nullptr);
}

static void expect_output(const char *name, const char *expected)
{
	char out[LINE_OUTPUT_SIZE + 1];
	size_t length = line_take_output(&line, (uint8_t *)out, sizeof out - 1);

	out[length] = '\0';
	if (strcmp(out, expected) != 0) {
		printf("output of %s:", name);
		for (size_t i = 0; i < length; i++)
			printf(" %02x", (uint8_t)out[i]);
		printf("\n");
		fail_msg("%s: wrong output", name);
	}
}

static void expect_read(const char *name, const char *expected)
{
	char got[LINE_INPUT_SIZE + 1];
	size_t total = 0;

	while (line_is_readable(&line, 100)) {
		size_t length = line_read(&line, (uint8_t *)got + total, sizeof got - 1 - total);

		total += length;
		if (length == 0)
			got[total++] = '$'; /* end of file */
	}
	got[total] = '\0';
	if (strcmp(got, expected) != 0)
		fail_msg("%s: read \"%s\", expected \"%s\"", name, got, expected);
}

#define SET(field, flags) {.offset = offsetof(struct tty_attributes, field), .on = (flags)}
#define CLEAR(field, flags) {.offset = offsetof(struct tty_attributes, field), .off = (flags)}

struct change {
	size_t offset;
	uint32_t on, off;
};

/* Typed bytes, what readers get ('$' an end of file) and what the screen shows. */
static const struct {
	const char *name;
	struct change changes[3];
	const char *typed, *read, *shown;
} input_cases[] = {
    {"a line", {}, "hello\r", "hello\n", "hello\r\n"},
    {"no end yet", {}, "hello", "", "hello"},
    {"two lines", {}, "a\rb\r", "a\nb\n", "a\r\nb\r\n"},
    {"erase", {}, "helx\177lo\r", "hello\n", "helx\b \blo\r\n"},
    {"erase at the start", {}, "\177\177a\r", "a\n", "a\r\n"},
    {"erase not into the line before", {}, "a\r\177b\r", "a\nb\n", "a\r\nb\r\n"},
    {"erase without ECHOE", {CLEAR(local, TTY_LOCAL_ECHOE)}, "ab\177\r", "a\n", "ab^?\r\n"},
    {"erase a control character", {}, "a\001\177b\r", "ab\n", "a^A\b \b\b \bb\r\n"},
    {"erase a tab", {}, "ab\t\177c\r", "abc\n", "ab\t\b\b\b\b\b\bc\r\n"},
    {"erase tabs", {}, "ab\t\tc\177\177\177d\r", "abd\n", "ab\t\tc\b \b\b\b\b\b\b\b\b\b\b\b\b\b\b\bd\r\n"},
    {"erase UTF-8", {}, "a\303\274\177b\r", "ab\n", "a\303\274\b \bb\r\n"},
    {"erase bytes without IUTF8", {CLEAR(input, TTY_INPUT_IUTF8)}, "\303\274\177\r", "\303\n", "\303\274\b \b\r\n"},
    {"kill", {}, "abc\025d\r", "d\n", "abc\b \b\b \b\b \bd\r\n"},
    {"kill without ECHOKE", {CLEAR(local, TTY_LOCAL_ECHOKE)}, "abc\025d\r", "d\n", "abc^U\r\nd\r\n"},
    {"kill without ECHOK", {CLEAR(local, TTY_LOCAL_ECHOK)}, "abc\025d\r", "d\n", "abc^Ud\r\n"},
    {"word erase", {}, "one two  \027x\r", "one x\n", "one two  \b \b\b \b\b \b\b \b\b \bx\r\n"},
    {"word erase of marks", {}, "a.b!\027\r", "a.\n", "a.b!\b \b\b \b\r\n"},
    {"word erase without IEXTEN", {CLEAR(local, TTY_LOCAL_IEXTEN)}, "a\027\r", "a\027\n", "a^W\r\n"},
    {"reprint", {}, "ab\022c\r", "abc\n", "ab^R\r\nabc\r\n"},
    {"literal next", {}, "a\026\003b\r", "a\003b\n", "a^\b^Cb\r\n"},
    {"literal newline is no end", {}, "a\026\nb\r", "a\nb\n", "a^\b^Jb\r\n"},
    {"end of file", {}, "\004", "$", ""},
    {"end of file after text", {}, "ab\004", "ab", "ab"},
    {"end of file twice", {}, "ab\004\004", "ab$", "ab"},
    {"no echo", {CLEAR(local, TTY_LOCAL_ECHO)}, "secret\r", "secret\n", ""},
    {"no echo but newline", {CLEAR(local, TTY_LOCAL_ECHO), SET(local, TTY_LOCAL_ECHONL)}, "secret\r", "secret\n", "\r\n"},
    {"control without ECHOCTL", {CLEAR(local, TTY_LOCAL_ECHOCTL)}, "\001\r", "\001\n", "\001\r\n"},
    {"carriage return kept", {CLEAR(input, TTY_INPUT_ICRNL)}, "a\r\n", "a\r\n", "a^M\r\n"},
    {"carriage return ignored", {SET(input, TTY_INPUT_IGNCR)}, "a\r\n", "a\n", "a\r\n"},
    {"newline becomes return", {SET(input, TTY_INPUT_INLCR), CLEAR(input, TTY_INPUT_ICRNL)}, "a\n", "", "a^M"},
    {"eighth bit stripped", {SET(input, TTY_INPUT_ISTRIP)}, "\341\r", "a\n", "a\r\n"},
    {"raw", {CLEAR(local, TTY_LOCAL_ICANON | TTY_LOCAL_ECHO | TTY_LOCAL_ISIG)}, "a\003\004\177", "a\003\004\177", ""},
    {"raw with echo", {CLEAR(local, TTY_LOCAL_ICANON)}, "a\r", "a\n", "a\r\n"},
    {"flow control eats its characters", {}, "a\023\021b\r", "ab\n", "ab\r\n"},
    {"flow control off", {CLEAR(input, TTY_INPUT_IXON)}, "a\021\r", "a\021\n", "a^Q\r\n"},
    {"output newline alone", {CLEAR(output, TTY_OUTPUT_ONLCR)}, "a\r", "a\n", "a\n"},
    {"output not processed", {CLEAR(output, TTY_OUTPUT_OPOST)}, "a\r", "a\n", "a\n"},
};

static void input_becomes_lines_and_echo(void **state)
{
	for (size_t i = 0; i < sizeof input_cases / sizeof input_cases[0]; i++) {
		struct tty_attributes attributes;

		fresh(nullptr);
		attributes = line.attributes;
		for (size_t j = 0; j < 3; j++) {
			uint32_t *field = (uint32_t *)((char *)&attributes + input_cases[i].changes[j].offset);

			*field = (*field | input_cases[i].changes[j].on) & ~input_cases[i].changes[j].off;
		}
		line_set_attributes(&line, &attributes);
		type(input_cases[i].typed);
		expect_output(input_cases[i].name, input_cases[i].shown);
		expect_read(input_cases[i].name, input_cases[i].read);
	}
}

static void output_is_processed(void **state)
{
	static const struct {
		const char *name;
		uint32_t flags;
		const char *written, *shown;
	} cases[] = {
	    {"plain", TTY_OUTPUT_OPOST, "a\nb", "a\nb"},
	    {"newlines", TTY_OUTPUT_OPOST | TTY_OUTPUT_ONLCR, "a\nb\n", "a\r\nb\r\n"},
	    {"off", TTY_OUTPUT_ONLCR, "a\n", "a\n"},
	    {"return to newline", TTY_OUTPUT_OPOST | TTY_OUTPUT_OCRNL, "a\rb", "a\nb"},
	    {"no return in column 0", TTY_OUTPUT_OPOST | TTY_OUTPUT_ONOCR, "\ra\r\r", "a\r"},
	    {"tabs to blanks", TTY_OUTPUT_OPOST | TTY_OUTPUT_TAB3, "ab\tc\td", "ab      c       d"},
	    {"tabs after a newline", TTY_OUTPUT_OPOST | TTY_OUTPUT_ONLCR | TTY_OUTPUT_TAB3, "abc\n\tx", "abc\r\n        x"},
	    {"tabs after backspace", TTY_OUTPUT_OPOST | TTY_OUTPUT_TAB3, "abc\b\tx", "abc\b      x"},
	    {"upper case", TTY_OUTPUT_OPOST | TTY_OUTPUT_OLCUC, "aB1", "AB1"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		fresh(nullptr);
		line.attributes.output = cases[i].flags;
		assert_int_equal(line_write(&line, (const uint8_t *)cases[i].written, strlen(cases[i].written)),
		    strlen(cases[i].written));
		expect_output(cases[i].name, cases[i].shown);
	}
}

static void signals_flush_and_echo(void **state)
{
	type("abc");
	line_write(&line, (const uint8_t *)"pending", 7);
	type("\003");
	assert_int_equal(signals, 1u << SIGNAL_INT);
	expect_output("interrupt", "^C");
	type("\r");
	expect_read("interrupt", "\n");
	type("\034\032");
	assert_int_equal(signals, 1u << SIGNAL_INT | 1u << SIGNAL_QUIT | 1u << SIGNAL_TSTP);
	fresh(nullptr);
	line.attributes.local |= TTY_LOCAL_NOFLSH;
	type("ab\003c\r");
	expect_read("no flush", "abc\n");
	fresh(nullptr);
	line.attributes.local &= ~(uint32_t)TTY_LOCAL_ISIG;
	type("\003\r");
	assert_int_equal(signals, 0);
	expect_read("no signals", "\003\n");
}

static void stopped_output_waits(void **state)
{
	type("\023");
	assert_int_equal(line_write(&line, (const uint8_t *)"x", 1), 0);
	assert_int_equal(line_output_available(&line), 0);
	type("\021");
	assert_int_equal(line_write(&line, (const uint8_t *)"x", 1), 1);
	expect_output("restarted", "x");
	type("\023");
	line.attributes.input |= TTY_INPUT_IXANY;
	type("a");
	assert_false(line.is_stopped);
	/* An interrupt restarts output too. */
	type("\023\003");
	assert_false(line.is_stopped);
}

static void a_read_takes_one_line_or_a_part(void **state)
{
	uint8_t data[16];

	type("hello\rworld\r");
	assert_int_equal(line_read(&line, data, 3), 3);
	assert_int_equal(line_read(&line, data, 16), 3);
	assert_memory_equal(data, "lo\n", 3);
	assert_int_equal(line_available(&line), 6);
	assert_int_equal(line_read(&line, data, 16), 6);
	assert_false(line_is_readable(&line, 1));
	/* EOF right behind a part that was read in full is not a second end of file. */
	type("abc\004");
	assert_int_equal(line_read(&line, data, 3), 3);
	assert_false(line_is_readable(&line, 1));
}

static void minimum_counts_in_raw_mode(void **state)
{
	struct tty_attributes attributes = line.attributes;

	attributes.local &= ~(uint32_t)(TTY_LOCAL_ICANON | TTY_LOCAL_ECHO);
	attributes.characters[TTY_CHARACTER_MIN] = 3;
	line_set_attributes(&line, &attributes);
	type("ab");
	assert_false(line_is_readable(&line, 10));
	assert_true(line_is_readable(&line, 2));
	type("c");
	assert_true(line_is_readable(&line, 10));
	attributes.characters[TTY_CHARACTER_MIN] = 0;
	line_set_attributes(&line, &attributes);
	line_flush_input(&line);
	assert_false(line_is_readable(&line, 10));
	type("x");
	assert_true(line_is_readable(&line, 10));
}

static void changing_modes_keeps_what_was_typed(void **state)
{
	struct tty_attributes cooked = line.attributes, raw = line.attributes;
	uint8_t data[16];

	raw.local &= ~(uint32_t)TTY_LOCAL_ICANON;
	type("abc");
	assert_false(line_is_readable(&line, 3));
	line_set_attributes(&line, &raw);
	assert_true(line_is_readable(&line, 3));
	assert_int_equal(line_read(&line, data, 1), 1);
	line_set_attributes(&line, &cooked);
	assert_true(line_is_readable(&line, 16));
	assert_int_equal(line_read(&line, data, 16), 2);
	assert_memory_equal(data, "bc", 2);
}

static void set_local(uint32_t off, uint32_t on)
{
	struct tty_attributes attributes = line.attributes;

	attributes.local = (attributes.local & ~off) | on;
	line_set_attributes(&line, &attributes);
}

/* A shell's way: raw at its prompt, canonical for its jobs, raw again. */
static void type_ahead_survives_a_job(void **state)
{
	(void)state;
	set_local(TTY_LOCAL_ICANON, 0);
	type("sl");
	set_local(0, TTY_LOCAL_ICANON);
	type("eep\r10");
	set_local(TTY_LOCAL_ICANON, 0);
	type("0");
	expect_read("type-ahead", "sleep\n100");
}

static void an_end_of_file_typed_ahead_is_no_end_in_raw_mode(void **state)
{
	uint8_t got[4];

	(void)state;
	type("a\004b");
	set_local(TTY_LOCAL_ICANON, 0);
	assert_int_equal(line_available(&line), 3);
	assert_int_equal(line_read(&line, got, sizeof got), 3);
	assert_memory_equal(got, "a\0b", 3);
}

static void lines_from_before_raw_mode_are_one_line(void **state)
{
	uint8_t got[16];

	(void)state;
	type("a\rb\r");
	set_local(TTY_LOCAL_ICANON, 0);
	set_local(0, TTY_LOCAL_ICANON);
	assert_int_equal(line_read(&line, got, sizeof got), 4);
	assert_memory_equal(got, "a\nb\n", 4);
	assert_false(line_is_readable(&line, 1));
}

static void bytes_that_reached_nobody_are_read_again(void **state)
{
	uint8_t got[16];

	(void)state;
	type("one\rtwo\r");
	assert_int_equal(line_read(&line, got, sizeof got), 4);
	line_unread(&line);
	expect_read("canonical", "one\ntwo\n");
	set_local(TTY_LOCAL_ICANON, 0);
	type("xyz");
	assert_int_equal(line_read(&line, got, 2), 2);
	line_unread(&line);
	expect_read("raw", "xyz");
}

static void a_hundred_keys_between_mode_changes_are_all_there(void **state)
{
	char expected[101] = {}, key[2] = {};

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		set_local(i % 2 ? TTY_LOCAL_ICANON : 0, i % 2 ? 0 : TTY_LOCAL_ICANON);
		key[0] = expected[i] = (char)('a' + i % 26);
		type(key);
	}
	set_local(TTY_LOCAL_ICANON, 0);
	expect_read("keys", expected);
}

static void a_full_line_rings_and_still_ends(void **state)
{
	static char text[5000];
	static uint8_t data[5000];

	line.attributes.input |= TTY_INPUT_IMAXBEL;
	line.attributes.local &= ~(uint32_t)TTY_LOCAL_ECHO;
	memset(text, 'a', sizeof text - 1);
	type(text);
	size_t length;
	const uint8_t *out = line_peek_output(&line, &length);
	assert_int_equal(length, sizeof text - 1 - (LINE_INPUT_SIZE - 1));
	assert_int_equal(out[0], 7);
	type("\r");
	assert_true(line_is_readable(&line, 1));
	assert_int_equal(line_read(&line, data, sizeof data), LINE_INPUT_SIZE);
	assert_int_equal(data[LINE_INPUT_SIZE - 1], '\n');
}

static void input_flow_control_asks_the_sender_to_wait(void **state)
{
	static char text[3700];
	static uint8_t data[5000];
	struct tty_attributes raw = line.attributes;

	raw.local &= ~(uint32_t)(TTY_LOCAL_ICANON | TTY_LOCAL_ECHO);
	raw.input |= TTY_INPUT_IXOFF;
	line_set_attributes(&line, &raw);
	memset(text, 'a', sizeof text - 1);
	type(text);
	expect_output("stop", "\023");
	(void)line_read(&line, data, sizeof data);
	expect_output("start", "\021");
}

static void output_that_does_not_fit_is_left(void **state)
{
	static uint8_t text[LINE_OUTPUT_SIZE];

	memset(text, '\n', sizeof text);
	size_t done = line_write(&line, text, sizeof text);
	assert_in_range(done, LINE_OUTPUT_SIZE / 2 - 8, LINE_OUTPUT_SIZE / 2);
	assert_int_equal(line_write(&line, text, 1), 0);
	static uint8_t out[LINE_OUTPUT_SIZE];
	assert_int_equal(line_take_output(&line, out, sizeof out), 2 * done);
	for (size_t i = 0; i < 2 * done; i++)
		assert_int_equal(out[i], i % 2 ? '\n' : '\r');
}

/* Everybody's terminals wait meanwhile: no byte of a write makes its way through the whole line again. */
static void editing_a_long_line_takes_no_time(void **state)
{
	static const char edits[] = {'\022', '\177', '\025'};
	static uint8_t keys[LINE_INPUT_SIZE];
	const clock_t begin = clock();

	for (unsigned i = 0; i < 10 * sizeof edits; i++) {
		line_init(&line);
		memset(keys, i % 2 != 0 ? '\t' : 'a', sizeof keys);
		line_receive(&line, keys, sizeof keys, on_signal, nullptr);
		memset(keys, edits[i % sizeof edits], sizeof keys);
		line_receive(&line, keys, sizeof keys, on_signal, nullptr);
	}
	assert_in_range(clock() - begin, 0, CLOCKS_PER_SEC / 2);
}

static void random_bytes_do_no_harm(void **state)
{
	uint32_t seed = 1;
	uint8_t data[64];

	for (int i = 0; i < 200000; i++) {
		seed = seed * 1664525 + 1013904223;
		uint8_t byte = (uint8_t)(seed >> 24);

		line_receive(&line, &byte, 1, on_signal, nullptr);
		if (seed % 37 == 0 && line_is_readable(&line, sizeof data))
			(void)line_read(&line, data, seed % sizeof data);
		if (seed % 11 == 0)
			(void)line_take_output(&line, data, sizeof data);
		if (seed % 997 == 0) {
			struct tty_attributes attributes = line.attributes;

			attributes.local ^= seed >> 16 & 0x81ff;
			attributes.input ^= seed >> 8 & 0xfff0;
			line_set_attributes(&line, &attributes);
		}
		assert_in_range(line.tail - line.head, 0, LINE_INPUT_SIZE);
		assert_in_range(line.complete - line.head, 0, line.tail - line.head);
		assert_in_range(line.out_tail - line.out_head, 0, LINE_OUTPUT_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(input_becomes_lines_and_echo, fresh),
	    cmocka_unit_test_setup(output_is_processed, fresh),
	    cmocka_unit_test_setup(signals_flush_and_echo, fresh),
	    cmocka_unit_test_setup(stopped_output_waits, fresh),
	    cmocka_unit_test_setup(a_read_takes_one_line_or_a_part, fresh),
	    cmocka_unit_test_setup(minimum_counts_in_raw_mode, fresh),
	    cmocka_unit_test_setup(changing_modes_keeps_what_was_typed, fresh),
	    cmocka_unit_test_setup(type_ahead_survives_a_job, fresh),
	    cmocka_unit_test_setup(an_end_of_file_typed_ahead_is_no_end_in_raw_mode, fresh),
	    cmocka_unit_test_setup(lines_from_before_raw_mode_are_one_line, fresh),
	    cmocka_unit_test_setup(bytes_that_reached_nobody_are_read_again, fresh),
	    cmocka_unit_test_setup(a_hundred_keys_between_mode_changes_are_all_there, fresh),
	    cmocka_unit_test_setup(a_full_line_rings_and_still_ends, fresh),
	    cmocka_unit_test_setup(input_flow_control_asks_the_sender_to_wait, fresh),
	    cmocka_unit_test_setup(output_that_does_not_fit_is_left, fresh),
	    cmocka_unit_test_setup(editing_a_long_line_takes_no_time, fresh),
	    cmocka_unit_test_setup(random_bytes_do_no_harm, fresh),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
