/* SPDX-License-Identifier: BSD-2-Clause */
/* Terminals and sessions: whose terminal it is, who is in the foreground, and the signals that both of them get; see terminal.h. */
#include "client/procmgr.h"
#include "terminal.h"
#include "trona/process_table.h"
#include "trona/start.h"
#include "uapi/protocol/file.h"
#include "waiter.h"

#define PTS_NUMBER(number) (136u << 8 | (number))
#define CONSOLE_NUMBER (5u << 8 | 1u)

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

void terminal_attach(struct terminal *terminal, kn_word leader, uint32_t session, uint32_t group)
{
	terminal->leader = leader;
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
		(void)waiter_finish_read(list_entry(node, struct waiter, link), (const uint8_t *)"", 0);
	waiters_abort(&terminal->writers, nullptr, KN_E_IO);
	waiters_abort(&terminal->drainers, nullptr, KN_E_IO);
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

bool terminal_has_in_background(const struct terminal *terminal, const struct waiter *waiter)
{
	struct procmgr_process_entry entry;

	return waiter->caller != 0 && process_read_badge(waiter->caller, &entry) && is_background(terminal, &entry);
}

void terminal_restart_background(struct terminal *terminal)
{
	list_for_each_safe (node, after, &terminal->readers) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (terminal_has_in_background(terminal, waiter))
			waiter_finish(waiter, KN_E_INTERRUPTED);
	}
}

/* For each end of a process, whoever's: the leader is not looked for. His number may be another's by now. */
static void check_session(struct terminal *terminal)
{
	struct procmgr_process_entry entry;

	if (terminal->session == 0)
		return;
	if (process_read_badge(terminal->leader, &entry) && entry.state != PROCMGR_PROCESS_STATE_ZOMBIE)
		return;
	terminal_hang_up(terminal);
	terminal_pump(terminal);
}

void terminals_check_sessions(void)
{
	for (struct terminal *terminal = terminal_next(nullptr); terminal != nullptr; terminal = terminal_next(terminal))
		check_session(terminal);
}
