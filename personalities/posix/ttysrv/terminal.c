/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminals that there are; see terminal.h. */
#include "terminal.h"

#include "client/vfs.h"
#include "trona/array.h"
#include "trona/format.h"
#include "trona/heap.h"
#include "trona/start.h"
#include "uapi/protocol/vfs.h"

#define PTS_MODE 0620u

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

/* All there are are looked at, as for a free number. */
static bool has_too_many(uint32_t uid)
{
	size_t count = 0;

	for (size_t number = 0; number < terminal_count; number++)
		count += terminals[number] != nullptr && terminals[number]->uid == uid;
	return uid != 0 && count >= TERMINALS_PER_USER;
}

kn_status terminal_create(uint32_t uid, uint32_t gid, struct terminal **made)
{
	size_t number = 0;

	if (has_too_many(uid))
		return KN_E_NO_MEMORY;
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

struct terminal *terminal_next(const struct terminal *terminal)
{
	if (terminal == nullptr)
		return &console_terminal;
	for (size_t number = terminal->is_pty ? terminal->number + 1 : 0; number < terminal_count; number++)
		if (terminals[number] != nullptr)
			return terminals[number];
	return nullptr;
}

struct terminal *terminal_of_session(uint32_t session)
{
	struct terminal *terminal = session != 0 ? terminal_next(nullptr) : nullptr;

	while (terminal != nullptr && terminal->session != session)
		terminal = terminal_next(terminal);
	return terminal;
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
