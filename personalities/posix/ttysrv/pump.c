/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving bytes between a terminal's line, its device and who waits, also by the clock (VTIME); see terminal.h. */
#include "client/console.h"
#include "server/file.h"
#include "server/tty.h"
#include "terminal.h"
#include "trona/start.h"
#include "waiter.h"

#define TENTH_OF_SECOND 100000000ull

struct sent {
	struct terminal *terminal;
	uint32_t signals; /* bits */
};

static void on_line_signal(void *context, uint32_t signal)
{
	struct sent *sent = context;

	if (sent->signals >> signal & 1)
		return;
	sent->signals |= 1u << signal;
	terminal_signal(sent->terminal, signal);
}

/* Each signal is sent once, however often these bytes ask for it: procmgr goes through all processes for one, and a write has thousands of bytes. */
static void receive(struct terminal *terminal, const uint8_t *data, size_t length)
{
	struct sent sent = {.terminal = terminal};

	line_receive(&terminal->line, data, length, on_line_signal, &sent);
}

/* Does a reader's timer matter (raw mode with VTIME)? Starts it when its time has come to run. */
static void run_timer(struct terminal *terminal, struct waiter *waiter)
{
	const uint8_t *characters = terminal->line.attributes.characters;
	size_t available = line_available(&terminal->line);

	if (line_is_canonical(&terminal->line) || characters[TTY_CHARACTER_TIME] == 0 || characters[TTY_CHARACTER_MIN] == 0)
		return; /* VMIN 0: started when the read began */
	if (available != 0 && available != waiter->seen) {
		waiter->seen = available;
		waiter->deadline = start_now() + characters[TTY_CHARACTER_TIME] * TENTH_OF_SECOND;
	}
}

static bool serve_readers(struct terminal *terminal)
{
	static uint8_t data[FILE_INLINE_MAX];
	bool has_moved = false;

	list_for_each_safe (node, after, &terminal->readers) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		size_t length = waiter->length < sizeof data ? waiter->length : sizeof data;

		if (terminal_has_in_background(terminal, waiter))
			continue;
		if (!line_is_readable(&terminal->line, length)) {
			run_timer(terminal, waiter);
			break;
		}
		length = line_read(&terminal->line, data, length);
		if (!waiter_finish_read(waiter, data, length))
			line_unread(&terminal->line);
		has_moved = true;
	}
	return has_moved;
}

static bool drain_to_console(struct terminal *terminal)
{
	bool has_moved = false;

	while (!terminal->is_device_full) {
		size_t length;
		uint32_t written = 0;
		const uint8_t *data = line_peek_output(&terminal->line, &length);

		if (length == 0)
			break;
		if (length > FILE_INLINE_MAX)
			length = FILE_INLINE_MAX;
		if (console_write(start_cap("console"), data, length, &written) != KN_OK)
			written = (uint32_t)length; /* a broken line must not stop its writers for ever */
		terminal->is_device_full = written < length;
		line_drop_output(&terminal->line, written);
		has_moved |= written != 0;
	}
	return has_moved;
}

/* The console's bytes, as many as there is room for: the rest waits there, and on the line before it. */
static bool take_from_console(struct terminal *terminal)
{
	static uint8_t data[1024];
	size_t length = 0, room = line_receive_room(&terminal->line);

	if (!terminal->has_device_input || room == 0)
		return false;
	if (room > sizeof data)
		room = sizeof data;
	if (console_read(start_cap("console"), data, room, &length) != KN_OK || length == 0) {
		terminal->has_device_input = false;
		return false;
	}
	terminal->used = start_wall();
	receive(terminal, data, length);
	return true;
}

static bool serve_master_readers(struct terminal *terminal)
{
	bool has_moved = false;
	struct list *node;

	while ((node = list_first(&terminal->master_readers)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		size_t length, most = waiter->length < FILE_INLINE_MAX ? waiter->length : FILE_INLINE_MAX;
		const uint8_t *data = line_peek_output(&terminal->line, &length);

		if (length > most)
			length = most;
		if (length != 0) {
			if (waiter_finish_read(waiter, data, length))
				line_drop_output(&terminal->line, length);
		} else if (terminal->was_opened && terminal->opens == 0) {
			waiter_finish(waiter, KN_E_IO);
		} else {
			break;
		}
		has_moved = true;
	}
	return has_moved;
}

static bool serve_writers(struct terminal *terminal)
{
	bool has_moved = false;
	struct list *node;

	while ((node = list_first(&terminal->writers)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		size_t part = line_write(&terminal->line, waiter->data + waiter->done, waiter->length - waiter->done);

		waiter->done += part;
		has_moved |= part != 0;
		if (waiter->done < waiter->length)
			break;
		waiter_finish_write(waiter, KN_OK);
	}
	return has_moved;
}

static bool serve_master_writers(struct terminal *terminal)
{
	bool has_moved = false;
	struct list *node;

	while ((node = list_first(&terminal->master_writers)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		size_t part = waiter->length - waiter->done, room = line_receive_room(&terminal->line);

		if (part > room)
			part = room;
		receive(terminal, waiter->data + waiter->done, part);
		waiter->done += part;
		has_moved |= part != 0;
		if (waiter->done < waiter->length)
			break;
		waiter_finish_write(waiter, KN_OK);
	}
	return has_moved;
}

static void tell_listeners(struct terminal *terminal)
{
	if (line_is_readable(&terminal->line, 1))
		poll_notify(&terminal->source, FILE_EVENT_IN);
	if (!terminal->line.is_stopped && line_output_available(&terminal->line) < LINE_OUTPUT_SIZE / 2)
		poll_notify(&terminal->source, FILE_EVENT_OUT);
	if (!terminal->is_pty)
		return;
	if (line_output_available(&terminal->line) != 0)
		poll_notify(&terminal->master_source, FILE_EVENT_IN);
	if (terminal->was_opened && terminal->opens == 0)
		poll_notify(&terminal->master_source, FILE_EVENT_IN | FILE_EVENT_HUP);
	if (line_receive_room(&terminal->line) != 0)
		poll_notify(&terminal->master_source, FILE_EVENT_OUT);
}

void terminal_pump(struct terminal *terminal)
{
	bool has_moved;

	do {
		has_moved = serve_readers(terminal);
		if (terminal->is_pty) {
			has_moved |= serve_master_readers(terminal);
		} else {
			has_moved |= take_from_console(terminal);
			has_moved |= drain_to_console(terminal);
		}
		has_moved |= serve_writers(terminal);
		has_moved |= serve_master_writers(terminal);
	} while (has_moved);
	if (terminal->line.out_head == terminal->line.out_tail) {
		struct list *node;

		while ((node = list_first(&terminal->drainers)) != nullptr)
			waiter_finish(list_entry(node, struct waiter, link), KN_OK);
	}
	tell_listeners(terminal);
}

void terminal_receive(struct terminal *terminal, const uint8_t *data, size_t length)
{
	terminal->used = start_wall();
	receive(terminal, data, length);
	terminal_pump(terminal);
}

static kn_time next_of(const struct terminal *terminal, kn_time next)
{
	list_for_each (node, &terminal->readers) {
		const struct waiter *waiter = list_entry(node, struct waiter, link);

		if (waiter->deadline < next)
			next = waiter->deadline;
	}
	return next;
}

kn_time terminals_next_timeout(void)
{
	kn_time next = KN_TIME_FOREVER;

	for (struct terminal *terminal = terminal_next(nullptr); terminal != nullptr; terminal = terminal_next(terminal))
		next = next_of(terminal, next);
	return next;
}

static void expire(struct terminal *terminal, kn_time now)
{
	static uint8_t data[FILE_INLINE_MAX];

	list_for_each_safe (node, after, &terminal->readers) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (waiter->deadline > now)
			continue;
		size_t length = waiter->length < sizeof data ? waiter->length : sizeof data;

		length = line_read(&terminal->line, data, length);
		if (!waiter_finish_read(waiter, data, length))
			line_unread(&terminal->line);
	}
}

void terminals_timeout(void)
{
	kn_time now = start_now();

	for (struct terminal *terminal = terminal_next(nullptr); terminal != nullptr; terminal = terminal_next(terminal))
		expire(terminal, now);
}
