/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of protocol file: what a terminal has in common with other files. Nobody is in the background here; see calls.c. */
#include "calls.h"
#include "calls_parts.h"
#include "kn/random.h"
#include "terminal.h"
#include "trona/slots.h"
#include "trona/start.h"

#define MODE_CHARACTER 0020000u

static kn_status on_file_read(struct server_call *call, uint64_t offset, void *data, size_t capacity, size_t *length)
{
	(void)offset;
	FILE_(file);
	return transfer_read(file, 0, call, data, capacity, length);
}

static kn_status on_file_write(
    struct server_call *call, uint64_t offset, const void *data, size_t length, uint32_t *written)
{
	(void)offset;
	FILE_(file);
	return transfer_write(file, 0, call, data, length, written);
}

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
