/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See calls.h. A capability says which terminal; who calls is told by the `session` capability, which is the caller's own to this
 * server and arrives as its process badge. Without it (protocol file) nobody is in the background.
 */
#include "calls.h"

#include "file.h"
#include "kn/random.h"
#include "trona/process_table.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/protocol/vfs.h"

#define TENTH_OF_SECOND 100000000ull
#define MODE_CHARACTER 0020000u
#define KEPT_FLAGS (FILE_FLAG_READ | FILE_FLAG_WRITE | FILE_FLAG_APPEND | FILE_FLAG_NONBLOCK)

/* The file that the call came through. */
#define FILE_(name) \
	struct file *name = file_by_badge(call->badge); \
	if (name == nullptr) \
		return KN_E_INVALID_CAP

/* The same, for what only terminals do that are still there. */
#define TERMINAL(name) \
	FILE_(file_); \
	struct terminal *name = file_->terminal; \
	if (!file_->is_master && file_is_hung_up(file_)) \
		return KN_E_IO

static bool is_process(kn_word badge)
{
	return !(badge & (KN_BADGE_UNIT | PROCMGR_BADGE_CLASS_OPEN));
}

/* The caller's process badge from its session capability; 0: it is none. */
static kn_word caller_of(struct server_cap session)
{
	return session.is_own && is_process(session.badge) ? session.badge : 0;
}

static bool read_caller(struct server_cap session, struct procmgr_process_entry *entry)
{
	kn_word badge = caller_of(session);

	return badge != 0 && process_read_badge(badge, entry);
}

/* ---- opening ---- */

static kn_status find_terminal(uint64_t device, const struct procmgr_process_entry *who, struct terminal **terminal)
{
	switch (device) {
	case TTY_DEVICE_CURRENT:
		*terminal = terminal_of_session(who->session);
		return *terminal != nullptr ? KN_OK : KN_E_NO_DEVICE;
	case TTY_DEVICE_CONSOLE:
		*terminal = &console_terminal;
		break;
	case TTY_DEVICE_MASTER:
		return terminal_create(who->euid, who->egid, terminal);
	default:
		if (device < TTY_DEVICE_PTS || device - TTY_DEVICE_PTS > UINT32_MAX)
			return KN_E_NO_DEVICE;
		*terminal = terminal_by_number((uint32_t)(device - TTY_DEVICE_PTS));
		if (*terminal == nullptr)
			return KN_E_NO_DEVICE;
		if ((*terminal)->is_locked || !(*terminal)->has_master)
			return KN_E_IO;
		break;
	}
	/* The number is no authority: the owner, the superuser and the terminal's own session may. */
	if (who->euid != 0 && who->euid != (*terminal)->uid && who->session != (*terminal)->session)
		return KN_E_ACCESS;
	return KN_OK;
}

static kn_status on_open(struct server_call *call, uint64_t device, uint32_t flags, uint32_t *number, kn_cap *capability)
{
	struct procmgr_process_entry who = {};
	struct terminal *terminal;
	struct file *file;

	if (call->badge & PROCMGR_BADGE_CLASS_OPEN)
		return KN_E_INVALID_CAP;
	if (is_process(call->badge) && !process_read_badge(call->badge, &who))
		return KN_E_NO_PROCESS;
	file_sweep();
	kn_status status = find_terminal(device, &who, &terminal);
	if (status != KN_OK)
		return status;
	status = file_create(terminal, device == TTY_DEVICE_MASTER, flags & KEPT_FLAGS, &file);
	if (status != KN_OK) {
		if (device == TTY_DEVICE_MASTER) {
			terminal->has_master = false;
			terminal_release(terminal);
		}
		return status;
	}
	bool is_leader = who.pid != 0 && who.pid == who.session;
	if (is_leader && !(flags & VFS_OPEN_NO_TTY) && device != TTY_DEVICE_MASTER && terminal->session == 0 &&
	    terminal_of_session(who.session) == nullptr)
		terminal_attach(terminal, who.session, who.group);
	*number = terminal->number;
	*capability = file->slot;
	return KN_OK;
}

/* ---- reading and writing ---- */

static kn_status read_master(struct file *file, struct server_call *call, uint8_t *data, size_t capacity, size_t *length)
{
	struct terminal *terminal = file->terminal;

	*length = line_take_output(&terminal->line, data, capacity);
	if (*length != 0 || capacity == 0) {
		terminal_pump(terminal);
		return KN_OK;
	}
	if (terminal->was_opened && terminal->opens == 0)
		return KN_E_IO;
	if (file->flags & FILE_FLAG_NONBLOCK)
		return KN_E_WOULD_BLOCK;
	return waiter_park(&terminal->master_readers, file, 0, call, nullptr, capacity, 0, nullptr);
}

static kn_status do_read(struct file *file, kn_word caller, struct server_call *call, uint8_t *data, size_t capacity, size_t *length)
{
	struct terminal *terminal = file->terminal;
	const uint8_t *characters = terminal->line.attributes.characters;

	if (!(file->flags & FILE_FLAG_READ))
		return KN_E_INVALID_CAP;
	if (file->is_master)
		return read_master(file, call, data, capacity, length);
	if (file_is_hung_up(file) || capacity == 0)
		return KN_OK;
	kn_status status = terminal_check(terminal, caller, SIGNAL_TTIN);
	if (status != KN_OK)
		return status;
	/* Who waits already comes first. */
	bool is_raw = !line_is_canonical(&terminal->line), is_first = list_is_empty(&terminal->readers);
	bool is_ready = is_first && line_is_readable(&terminal->line, capacity);
	if (!is_ready && is_raw && characters[TTY_CHARACTER_MIN] == 0 && characters[TTY_CHARACTER_TIME] == 0)
		return KN_OK;
	if (!is_ready && (file->flags & FILE_FLAG_NONBLOCK)) {
		if (!is_raw || line_available(&terminal->line) == 0)
			return KN_E_WOULD_BLOCK;
		*length = line_read(&terminal->line, data, capacity);
		return KN_OK;
	}
	struct waiter *waiter;

	status = waiter_park(&terminal->readers, file, caller, call, nullptr, capacity, 0, &waiter);
	if (status == KN_DEFERRED && is_raw && characters[TTY_CHARACTER_TIME] != 0 &&
	    (characters[TTY_CHARACTER_MIN] == 0 || line_available(&terminal->line) != 0)) {
		waiter->seen = line_available(&terminal->line);
		waiter->deadline = start_now() + characters[TTY_CHARACTER_TIME] * TENTH_OF_SECOND;
	}
	/* What is there already goes the same way as what comes late: to a reader who turns out to be gone nothing is lost. */
	if (status == KN_DEFERRED && is_ready)
		terminal_pump(terminal);
	return status;
}

static kn_status write_master(struct file *file, struct server_call *call, const uint8_t *data, size_t length, uint32_t *written)
{
	struct terminal *terminal = file->terminal;
	size_t part = line_receive_room(&terminal->line);

	if (!list_is_empty(&terminal->master_writers))
		part = 0;
	if (part > length)
		part = length;
	terminal_receive(terminal, data, part);
	*written = (uint32_t)part;
	if (part == length)
		return KN_OK;
	if (file->flags & FILE_FLAG_NONBLOCK)
		return part != 0 ? KN_OK : KN_E_WOULD_BLOCK;
	return waiter_park(&terminal->master_writers, file, 0, call, data, length, part, nullptr);
}

static kn_status do_write(
    struct file *file, kn_word caller, struct server_call *call, const uint8_t *data, size_t length, uint32_t *written)
{
	struct terminal *terminal = file->terminal;

	if (!(file->flags & FILE_FLAG_WRITE))
		return KN_E_INVALID_CAP;
	if (length == 0)
		return KN_OK;
	if (file->is_master)
		return write_master(file, call, data, length, written);
	if (file_is_hung_up(file))
		return KN_E_IO;
	if (terminal->line.attributes.local & TTY_LOCAL_TOSTOP) {
		kn_status status = terminal_check(terminal, caller, SIGNAL_TTOU);

		if (status != KN_OK)
			return status;
	}
	size_t done = 0, part;
	bool is_first = list_is_empty(&terminal->writers);

	/* In turns: the line discipline's ring is smaller than a large write. */
	do {
		part = is_first ? line_write(&terminal->line, data + done, length - done) : 0;
		done += part;
		terminal_pump(terminal);
	} while (part != 0 && done < length);
	*written = (uint32_t)done;
	if (done == length)
		return KN_OK;
	if (file->flags & FILE_FLAG_NONBLOCK)
		return done != 0 ? KN_OK : KN_E_WOULD_BLOCK;
	return waiter_park(&terminal->writers, file, caller, call, data, length, done, nullptr);
}

static kn_status on_read(struct server_call *call, struct server_cap session, void *data, size_t capacity, size_t *length)
{
	FILE_(file);
	return do_read(file, caller_of(session), call, data, capacity, length);
}

static kn_status on_write(
    struct server_call *call, struct server_cap session, const void *data, size_t length, uint32_t *written)
{
	FILE_(file);
	return do_write(file, caller_of(session), call, data, length, written);
}

static kn_status on_file_read(struct server_call *call, uint64_t offset, void *data, size_t capacity, size_t *length)
{
	(void)offset;
	FILE_(file);
	return do_read(file, 0, call, data, capacity, length);
}

static kn_status on_file_write(
    struct server_call *call, uint64_t offset, const void *data, size_t length, uint32_t *written)
{
	(void)offset;
	FILE_(file);
	return do_write(file, 0, call, data, length, written);
}

/* ---- terminal control ---- */

static kn_status on_get_attributes(struct server_call *call, struct tty_attributes *attributes)
{
	FILE_(file);
	*attributes = file->terminal->line.attributes;
	return KN_OK;
}

static kn_status on_configure(
    struct server_call *call, struct server_cap session, uint32_t when, const struct tty_attributes *attributes)
{
	TERMINAL(terminal);
	if (when > TTY_WHEN_FLUSH)
		return KN_E_INVALID_ARG;
	kn_status status = file_->is_master ? KN_OK : terminal_check(terminal, caller_of(session), SIGNAL_TTOU);
	if (status != KN_OK)
		return status;
	/* Output that was written before is processed already: draining only matters for the device's speed, which is fixed. */
	if (when == TTY_WHEN_FLUSH)
		line_flush_input(&terminal->line);
	line_set_attributes(&terminal->line, attributes);
	terminal_pump(terminal);
	return KN_OK;
}

static kn_status on_get_window(struct server_call *call, struct tty_window *window)
{
	FILE_(file);
	*window = file->terminal->window;
	return KN_OK;
}

static kn_status on_set_window(struct server_call *call, const struct tty_window *window)
{
	FILE_(file);
	struct tty_window *old = &file->terminal->window;
	bool has_changed = old->rows != window->rows || old->columns != window->columns || old->width != window->width ||
			   old->height != window->height;

	*old = *window;
	if (has_changed)
		terminal_signal(file->terminal, SIGNAL_WINCH);
	return KN_OK;
}

static kn_status on_get_foreground(struct server_call *call, uint32_t *group)
{
	TERMINAL(terminal);
	if (terminal->session == 0)
		return KN_E_NOT_TERMINAL;
	*group = terminal->foreground;
	return KN_OK;
}

static bool group_is_in_session(uint32_t group, uint32_t session)
{
	struct procmgr_process_entry entry;

	for (uint64_t i = 0; i < process_table_size(); i++) {
		const struct procmgr_process_entry *at = process_table_at(i);

		if (at->group == group && at->session == session && process_read(i, &entry) && entry.group == group &&
		    entry.session == session)
			return true;
	}
	return false;
}

static kn_status on_set_foreground(struct server_call *call, struct server_cap session, uint32_t group)
{
	struct procmgr_process_entry who;

	TERMINAL(terminal);
	if (!read_caller(session, &who) || terminal->session == 0 || who.session != terminal->session)
		return KN_E_NOT_TERMINAL;
	if (group == 0)
		return KN_E_INVALID_ARG;
	if (!group_is_in_session(group, terminal->session))
		return KN_E_PERMISSION;
	kn_status status = terminal_check(terminal, caller_of(session), SIGNAL_TTOU);
	if (status != KN_OK)
		return status;
	terminal->foreground = group;
	terminal_restart_background(terminal);
	terminal_pump(terminal);
	return KN_OK;
}

static kn_status on_get_session(struct server_call *call, uint32_t *session)
{
	TERMINAL(terminal);
	if (terminal->session == 0)
		return KN_E_NOT_TERMINAL;
	*session = terminal->session;
	return KN_OK;
}

static kn_status on_make_controlling(struct server_call *call, struct server_cap session, bool steal)
{
	struct procmgr_process_entry who;

	TERMINAL(terminal);
	if (!read_caller(session, &who) || who.pid != who.session)
		return KN_E_PERMISSION;
	if (terminal->session == who.session)
		return KN_OK;
	if (terminal_of_session(who.session) != nullptr)
		return KN_E_PERMISSION;
	if (terminal->session != 0) {
		if (!steal || who.euid != 0)
			return KN_E_PERMISSION;
		terminal_detach(terminal);
	}
	terminal_attach(terminal, who.session, who.group);
	return KN_OK;
}

static kn_status on_release_controlling(struct server_call *call, struct server_cap session)
{
	struct procmgr_process_entry who;

	TERMINAL(terminal);
	if (!read_caller(session, &who) || terminal->session != who.session)
		return KN_E_NOT_TERMINAL;
	if (who.pid != who.session)
		return KN_OK; /* only the leader takes it from all */
	terminal_signal(terminal, SIGNAL_HUP);
	terminal_signal(terminal, SIGNAL_CONT);
	terminal_detach(terminal);
	return KN_OK;
}

static kn_status on_flush(struct server_call *call, uint32_t queues)
{
	TERMINAL(terminal);
	if (queues == 0 || queues > 3)
		return KN_E_INVALID_ARG;
	/* A master's input is what the slave wrote. */
	if (queues & (file_->is_master ? 2u : 1u))
		line_flush_input(&terminal->line);
	if (queues & (file_->is_master ? 1u : 2u))
		line_flush_output(&terminal->line);
	terminal_pump(terminal);
	return KN_OK;
}

static kn_status on_flow(struct server_call *call, uint32_t action)
{
	TERMINAL(terminal);
	if (action > 3)
		return KN_E_INVALID_ARG;
	if (action < 2)
		terminal->line.is_stopped = action == 0;
	else
		line_send_flow(&terminal->line, action == 2);
	terminal_pump(terminal);
	return KN_OK;
}

static kn_status on_drain(struct server_call *call)
{
	TERMINAL(terminal);
	if (terminal->line.out_head == terminal->line.out_tail && list_is_empty(&terminal->writers))
		return KN_OK;
	return waiter_park(&terminal->drainers, file_, 0, call, nullptr, 0, 0, nullptr);
}

/* There is no wire on which a break could be seen. */
static kn_status on_send_break(struct server_call *call)
{
	FILE_(file);
	return KN_OK;
}

static kn_status on_number(struct server_call *call, uint32_t *number)
{
	FILE_(file);
	if (!file->terminal->is_pty)
		return KN_E_NOT_TERMINAL;
	*number = file->terminal->number;
	return KN_OK;
}

static kn_status on_lock(struct server_call *call, bool locked)
{
	FILE_(file);
	if (!file->is_master)
		return KN_E_NOT_TERMINAL;
	file->terminal->is_locked = locked;
	return KN_OK;
}

const struct tty_ops tty_methods = {
    .open = on_open,
    .get_attributes = on_get_attributes,
    .get_window = on_get_window,
    .set_window = on_set_window,
    .get_foreground = on_get_foreground,
    .set_foreground = on_set_foreground,
    .get_session = on_get_session,
    .make_controlling = on_make_controlling,
    .release_controlling = on_release_controlling,
    .flush = on_flush,
    .flow = on_flow,
    .drain = on_drain,
    .send_break = on_send_break,
    .number = on_number,
    .lock = on_lock,
    .read = on_read,
    .write = on_write,
    .configure = on_configure,
};

/* ---- the rest of protocol file ---- */

static kn_status on_seek(struct server_call *call, int64_t offset, uint32_t whence, uint64_t *position)
{
	(void)call, (void)offset, (void)whence, (void)position;
	return KN_E_NOT_SEEKABLE;
}

static kn_status on_stat(struct server_call *call, struct file_stat *stat)
{
	FILE_(file);
	const struct terminal *terminal = file->terminal;
	uint64_t number = file->is_master ? 5u << 8 | 2u : terminal->is_pty ? 136u << 8 | terminal->number : 5u << 8 | 1u;

	*stat = (struct file_stat){
	    .device = 0x1300,
	    .inode = 3 + (terminal->is_pty ? 1 + terminal->number : 0),
	    .mode = MODE_CHARACTER | (file->is_master ? 0666u : 0620u),
	    .links = 1,
	    .uid = terminal->uid,
	    .gid = terminal->gid,
	    .special_device = number,
	    .access_time = terminal->used,
	    .modify_time = terminal->used,
	    .change_time = terminal->made,
	    .block_size = 1024,
	};
	return KN_OK;
}

static kn_status on_set_flags(struct server_call *call, uint32_t mask, uint32_t flags, uint32_t *now, uint32_t *kind)
{
	FILE_(file);
	mask &= FILE_FLAG_APPEND | FILE_FLAG_NONBLOCK;
	file->flags = (file->flags & ~mask) | (flags & mask);
	*now = file->flags;
	*kind = FILE_KIND_TERMINAL;
	return KN_OK;
}

static uint32_t ready_master(const struct terminal *terminal)
{
	uint32_t ready = line_receive_room(&terminal->line) != 0 ? FILE_EVENT_OUT : 0;

	if (line_output_available(&terminal->line) != 0)
		ready |= FILE_EVENT_IN;
	if (terminal->was_opened && terminal->opens == 0)
		ready |= FILE_EVENT_IN | FILE_EVENT_HUP;
	return ready;
}

static uint32_t ready(const struct file *file)
{
	const struct terminal *terminal = file->terminal;
	uint32_t ready = 0;

	if (file->is_master)
		return ready_master(terminal);
	if (file_is_hung_up(file))
		return FILE_EVENT_IN | FILE_EVENT_OUT | FILE_EVENT_HUP;
	if (line_is_readable(&terminal->line, 1))
		ready |= FILE_EVENT_IN;
	if (!terminal->line.is_stopped && line_output_available(&terminal->line) < LINE_OUTPUT_SIZE / 2)
		ready |= FILE_EVENT_OUT;
	return ready;
}

static kn_status arm(struct file *file, uint64_t listener, uint32_t events, uint32_t bit, uint32_t *now)
{
	struct terminal *terminal = file->terminal;

	*now = events != 0 ? ready(file) & (events | FILE_EVENT_ERR | FILE_EVENT_HUP) : 0;
	if (*now != 0)
		return KN_OK;
	return poll_arm(listener, file->is_master ? &terminal->master_source : &terminal->source, file, events, bit);
}

static kn_status on_poll(struct server_call *call, uint32_t events, bool must_arm, uint32_t bit, uint32_t *now)
{
	FILE_(file);
	*now = ready(file) & (events | FILE_EVENT_ERR | FILE_EVENT_HUP);
	return *now != 0 || !must_arm ? KN_OK : arm(file, file->listener, events, bit, now);
}

static kn_status on_poll_listen(struct server_call *call, struct server_cap caller, struct server_cap notification, uint64_t *listener)
{
	struct procmgr_process_entry who;
	struct kn_random_data random;
	kn_cap kept;

	FILE_(file);
	if (!caller.is_own || notification.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	if (!read_caller(caller, &who))
		return KN_E_NO_PROCESS;
	kn_status status = kn_random_get(start_cap("random"), &random);
	if (status == KN_OK)
		status = server_take(call, notification.slot, &kept);
	if (status != KN_OK)
		return status;
	status = poll_listener_create(kept, who.uid, random.words[0], listener);
	if (status == KN_OK)
		file->listener = *listener;
	else
		poll_listener_refuse(kept);
	return status;
}

static kn_status on_poll_arm(struct server_call *call, uint64_t listener, uint32_t events, uint32_t bit, uint32_t *now)
{
	FILE_(file);
	return arm(file, listener, events, bit, now);
}

static kn_status on_available(struct server_call *call, uint64_t *bytes)
{
	FILE_(file);
	const struct line *line = &file->terminal->line;

	*bytes = file->is_master ? line_output_available(line) : line_available(line);
	return KN_OK;
}

const struct file_ops file_methods = {
    .read = on_file_read,
    .write = on_file_write,
    .seek = on_seek,
    .stat = on_stat,
    .set_flags = on_set_flags,
    .poll = on_poll,
    .poll_listen = on_poll_listen,
    .poll_arm = on_poll_arm,
    .available = on_available,
};
