/* SPDX-License-Identifier: BSD-2-Clause */
/* See terminal.h. */
#include "terminal.h"

#include "client/console.h"
#include "client/procmgr.h"
#include "client/vfs.h"
#include "file.h"
#include "server/file.h"
#include "server/tty.h"
#include "trona/array.h"
#include "trona/format.h"
#include "trona/heap.h"
#include "trona/process_table.h"
#include "trona/start.h"
#include "trona/string.h"
#include "uapi/protocol/vfs.h"

#define TENTH_OF_SECOND 100000000ull
#define PTS_MODE 0620u
#define PTS_NUMBER(number) (136u << 8 | (number))
#define CONSOLE_NUMBER (5u << 8 | 1u)

struct terminal console_terminal;

static struct terminal **terminals; /* pseudo-terminals by number; null: free */
static size_t terminal_capacity, terminal_count;

static void init(struct terminal *terminal)
{
	line_init(&terminal->line);
	terminal->window = (struct tty_window){.rows = 24, .columns = 80};
	terminal->made = terminal->used = start_wall();
	list_init(&terminal->readers);
	list_init(&terminal->writers);
	list_init(&terminal->drainers);
	list_init(&terminal->master_readers);
	list_init(&terminal->master_writers);
}

void terminals_init(void)
{
	init(&console_terminal);
}

/* /dev/pts/N comes and goes. */
static kn_status set_node(const struct terminal *terminal, bool remove)
{
	char name[16];
	size_t length = format_text(name, sizeof name, "pts/%u", terminal->number);

	return vfs_device_node(start_cap("vfs"), name, length, PTS_MODE, terminal->uid, terminal->gid, FILE_KIND_TERMINAL,
	    TTY_DEVICE_PTS + terminal->number, remove);
}

kn_status terminal_create(uint32_t uid, uint32_t gid, struct terminal **made)
{
	size_t number = 0;

	while (number < terminal_count && terminals[number] != nullptr)
		number++;
	if (number == terminal_count && !array_reserve(&terminals, &terminal_capacity, terminal_count + 1))
		return KN_E_NO_MEMORY;
	struct terminal *terminal = heap_calloc(1, sizeof *terminal);

	if (terminal == nullptr)
		return KN_E_NO_MEMORY;
	init(terminal);
	terminal->is_pty = terminal->is_locked = terminal->has_master = true;
	terminal->number = (uint32_t)number;
	terminal->uid = uid;
	terminal->gid = gid;
	kn_status status = set_node(terminal, false);

	if (status != KN_OK) {
		heap_free(terminal);
		return status;
	}
	terminals[number] = terminal;
	if (number == terminal_count)
		terminal_count++;
	*made = terminal;
	return KN_OK;
}

struct terminal *terminal_by_number(uint32_t number)
{
	return number < terminal_count ? terminals[number] : nullptr;
}

struct terminal *terminal_of_session(uint32_t session)
{
	if (session == 0)
		return nullptr;
	if (console_terminal.session == session)
		return &console_terminal;
	for (size_t i = 0; i < terminal_count; i++)
		if (terminals[i] != nullptr && terminals[i]->session == session)
			return terminals[i];
	return nullptr;
}

void terminal_release(struct terminal *terminal)
{
	if (!terminal->is_pty || terminal->has_master || terminal->opens != 0)
		return;
	terminal_detach(terminal);
	(void)set_node(terminal, true);
	terminals[terminal->number] = nullptr;
	poll_forget(&terminal->source, nullptr);
	poll_forget(&terminal->master_source, nullptr);
	heap_free(terminal);
}

/* ---- waiting ---- */

kn_status waiter_park(struct list *list, struct file *file, kn_word caller, struct server_call *call, const uint8_t *data,
    size_t length, size_t done, struct waiter **parked)
{
	struct waiter *waiter = heap_calloc(1, sizeof *waiter);

	if (waiter == nullptr)
		return KN_E_NO_MEMORY;
	if (data != nullptr) {
		waiter->data = heap_alloc(length);
		if (waiter->data == nullptr)
			goto fail_data;
		memcpy(waiter->data, data, length);
	}
	waiter->file = file;
	waiter->caller = caller;
	waiter->length = length;
	waiter->done = done;
	waiter->deadline = KN_TIME_FOREVER;
	waiter->reply = server_defer(call);
	if (waiter->reply == nullptr)
		goto fail_reply;
	waiter->reply->context = waiter;
	list_append(list, &waiter->link);
	if (parked != nullptr)
		*parked = waiter;
	return KN_DEFERRED;

fail_reply:
	heap_free(waiter->data);
fail_data:
	heap_free(waiter);
	return KN_E_NO_MEMORY;
}

static struct server_reply *detach(struct waiter *waiter)
{
	struct server_reply *reply = waiter->reply;

	list_remove(&waiter->link);
	reply->context = nullptr;
	heap_free(waiter->data);
	heap_free(waiter);
	return reply;
}

static void finish(struct waiter *waiter, kn_status status)
{
	server_reply_status(detach(waiter), status);
}

/* False: the reader is gone, and the bytes are for the next. */
static bool finish_read(struct waiter *waiter, const uint8_t *data, size_t length)
{
	bool is_tty = kn_info_label(waiter->reply->info) == TTY_READ;
	struct server_reply *reply = detach(waiter);
	kn_status status =
	    is_tty ? tty_read_reply(reply, KN_OK, data, length) : file_read_reply(reply, KN_OK, data, length);

	return status == KN_OK;
}

static void finish_write(struct waiter *waiter, kn_status status)
{
	bool is_tty = kn_info_label(waiter->reply->info) == TTY_WRITE;
	uint32_t done = (uint32_t)waiter->done;
	struct server_reply *reply = detach(waiter);

	if (status != KN_OK && done == 0)
		server_reply_status(reply, status);
	else if (is_tty)
		tty_write_reply(reply, KN_OK, done);
	else
		file_write_reply(reply, KN_OK, done);
}

static void abort_waiter(struct waiter *waiter, kn_status status)
{
	if (waiter->data != nullptr)
		finish_write(waiter, status);
	else
		finish(waiter, status);
}

void waiter_cancel(struct server_reply *reply)
{
	if (reply->context != nullptr)
		abort_waiter(reply->context, KN_E_INTERRUPTED);
}

static void drop_list(struct list *list, struct file *file, kn_status status)
{
	list_for_each_safe (node, after, list) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (file == nullptr || waiter->file == file)
			abort_waiter(waiter, status);
	}
}

void waiters_drop(struct terminal *terminal, struct file *file)
{
	struct list *lists[] = {&terminal->readers, &terminal->writers, &terminal->drainers, &terminal->master_readers,
	    &terminal->master_writers};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		drop_list(lists[i], file, KN_E_INTERRUPTED);
}

/* ---- sessions and signals ---- */

static void on_line_signal(void *context, uint32_t signal)
{
	terminal_signal(context, signal);
}

void terminal_signal(struct terminal *terminal, uint32_t signal)
{
	if (terminal->foreground != 0)
		(void)!procmgr_signal_group(start_cap("procmgr"), terminal->foreground, signal);
}

static void tell_terminal(uint32_t session, const struct terminal *terminal)
{
	uint64_t number = terminal == nullptr  ? 0
			  : terminal->is_pty ? PTS_NUMBER(terminal->number)
					     : CONSOLE_NUMBER;

	(void)!procmgr_set_terminal(start_cap("procmgr"), session, number);
}

void terminal_attach(struct terminal *terminal, uint32_t session, uint32_t group)
{
	terminal->session = session;
	terminal->foreground = group;
	tell_terminal(session, terminal);
}

void terminal_detach(struct terminal *terminal)
{
	if (terminal->session == 0)
		return;
	tell_terminal(terminal->session, nullptr);
	terminal->session = terminal->foreground = 0;
}

void terminal_hang_up(struct terminal *terminal)
{
	struct list *node;

	terminal_signal(terminal, SIGNAL_HUP);
	terminal_signal(terminal, SIGNAL_CONT);
	terminal_detach(terminal);
	terminal->epoch++;
	line_flush_input(&terminal->line);
	if (terminal->is_pty)
		line_flush_output(&terminal->line);
	terminal->line.is_stopped = false;
	while ((node = list_first(&terminal->readers)) != nullptr)
		(void)finish_read(list_entry(node, struct waiter, link), (const uint8_t *)"", 0);
	drop_list(&terminal->writers, nullptr, KN_E_IO);
	drop_list(&terminal->drainers, nullptr, KN_E_IO);
	poll_notify(&terminal->source, FILE_EVENT_IN | FILE_EVENT_HUP);
}

static bool is_background(const struct terminal *terminal, const struct procmgr_process_entry *entry)
{
	return terminal->session != 0 && entry->session == terminal->session && terminal->foreground != 0 &&
	       entry->group != terminal->foreground;
}

kn_status terminal_check(struct terminal *terminal, kn_word caller, uint32_t signal)
{
	struct procmgr_process_entry entry;
	uint32_t verdict;

	if (caller == 0 || !process_read_badge(caller, &entry) || !is_background(terminal, &entry))
		return KN_OK;
	if (procmgr_background(start_cap("procmgr"), entry.pid, signal, &verdict) != KN_OK)
		return KN_OK;
	switch (verdict) {
	case PROCMGR_BACKGROUND_SIGNALLED:
		return KN_E_INTERRUPTED;
	case PROCMGR_BACKGROUND_IGNORED:
		return signal == SIGNAL_TTIN ? KN_E_IO : KN_OK;
	default:
		return KN_E_IO;
	}
}

static bool waits_in_background(const struct terminal *terminal, const struct waiter *waiter)
{
	struct procmgr_process_entry entry;

	return waiter->caller != 0 && process_read_badge(waiter->caller, &entry) && is_background(terminal, &entry);
}

void terminal_restart_background(struct terminal *terminal)
{
	list_for_each_safe (node, after, &terminal->readers) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (waits_in_background(terminal, waiter))
			finish(waiter, KN_E_INTERRUPTED);
	}
}

static void check_session(struct terminal *terminal)
{
	struct procmgr_process_entry entry;
	uint64_t index;

	if (terminal->session == 0)
		return;
	if (process_find(terminal->session, &index) && process_read(index, &entry) &&
	    entry.state != PROCMGR_PROCESS_STATE_ZOMBIE)
		return;
	terminal_hang_up(terminal);
	terminal_pump(terminal);
}

void terminals_check_sessions(void)
{
	check_session(&console_terminal);
	for (size_t i = 0; i < terminal_count; i++)
		if (terminals[i] != nullptr)
			check_session(terminals[i]);
}

/* ---- moving bytes ---- */

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

		if (waits_in_background(terminal, waiter))
			continue;
		if (!line_is_readable(&terminal->line, length)) {
			run_timer(terminal, waiter);
			break;
		}
		length = line_read(&terminal->line, data, length);
		if (!finish_read(waiter, data, length))
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
	line_receive(&terminal->line, data, length, on_line_signal, terminal);
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
			if (finish_read(waiter, data, length))
				line_drop_output(&terminal->line, length);
		} else if (terminal->was_opened && terminal->opens == 0) {
			finish(waiter, KN_E_IO);
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
		finish_write(waiter, KN_OK);
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
		line_receive(&terminal->line, waiter->data + waiter->done, part, on_line_signal, terminal);
		waiter->done += part;
		has_moved |= part != 0;
		if (waiter->done < waiter->length)
			break;
		finish_write(waiter, KN_OK);
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
			finish(list_entry(node, struct waiter, link), KN_OK);
	}
	tell_listeners(terminal);
}

void terminal_receive(struct terminal *terminal, const uint8_t *data, size_t length)
{
	terminal->used = start_wall();
	line_receive(&terminal->line, data, length, on_line_signal, terminal);
	terminal_pump(terminal);
}

/* ---- VTIME ---- */

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
	kn_time next = next_of(&console_terminal, KN_TIME_FOREVER);

	for (size_t i = 0; i < terminal_count; i++)
		if (terminals[i] != nullptr)
			next = next_of(terminals[i], next);
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
		if (!finish_read(waiter, data, length))
			line_unread(&terminal->line);
	}
}

void terminals_timeout(void)
{
	kn_time now = start_now();

	expire(&console_terminal, now);
	for (size_t i = 0; i < terminal_count; i++)
		if (terminals[i] != nullptr)
			expire(terminals[i], now);
}
