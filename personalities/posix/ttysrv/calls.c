/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The methods of protocol tty. A capability says which terminal; who calls is told by the `session` capability, which is the caller's own to
 * this server and arrives as its process badge. Without it (protocol file) nobody is in the background.
 */
#include "calls.h"

#include "calls_parts.h"
#include "terminal.h"
#include "uapi/protocol/vfs.h"
#include "waiter.h"

#define KEPT_FLAGS (FILE_FLAG_READ | FILE_FLAG_WRITE | FILE_FLAG_APPEND | FILE_FLAG_NONBLOCK)

/* The file that the call came through and its terminal, for what only terminals do that are still there. */
#define TERMINAL(name) \
	FILE_(file_); \
	struct terminal *name = file_->terminal; \
	if (!file_->is_master && file_is_hung_up(file_)) \
		return KN_E_IO

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
	status = file_create(terminal, device == TTY_DEVICE_MASTER, flags & KEPT_FLAGS, who.euid, &file);
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
		terminal_attach(terminal, call->badge, who.session, who.group);
	*number = terminal->number;
	*capability = file->slot;
	return KN_OK;
}

static kn_status on_read(struct server_call *call, struct server_cap session, void *data, size_t capacity, size_t *length)
{
	FILE_(file);
	return transfer_read(file, caller_of(session), call, data, capacity, length);
}

static kn_status on_write(
    struct server_call *call, struct server_cap session, const void *data, size_t length, uint32_t *written)
{
	FILE_(file);
	return transfer_write(file, caller_of(session), call, data, length, written);
}

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
	terminal_attach(terminal, caller_of(session), who.session, who.group);
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
