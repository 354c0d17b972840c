/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing, through both protocols; see calls_parts.h. */
#include "calls_parts.h"
#include "terminal.h"
#include "trona/start.h"
#include "uapi/protocol/file.h"
#include "waiter.h"

#define TENTH_OF_SECOND 100000000ull

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

kn_status transfer_read(struct file *file, kn_word caller, struct server_call *call, uint8_t *data, size_t capacity, size_t *length)
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

kn_status transfer_write(
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
