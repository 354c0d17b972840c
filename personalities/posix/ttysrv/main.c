/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * posix_ttysrv: terminals of the POSIX personality. One notification is bound to its thread: the console's input and output room
 * arrive on bits 0 and 1 (console.idl), procmgr's "a process has ended" on bit 2, init's word of a server that began anew on bit 31 (init.idl).
 */
#include "calls.h"
#include "client/console.h"
#include "client/init.h"
#include "file.h"
#include "trona/log.h"
#include "trona/process_table.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/protocol/console.h"
#include "uapi/protocol/init.h"
#include "waiter.h"

#define BIT_PROCESS_ENDED 4u

static kn_status dispatch(struct server_call *call)
{
	if (kn_info_label(call->info) >> 8 == FILE_PROTOCOL)
		return file_dispatch(&file_methods, call);
	return tty_dispatch(&tty_methods, call);
}

static const uint32_t listen_rights = KN_RIGHT_SEND | KN_RIGHT_GRANT;

/* A console knows its listener until it ends. */
static kn_status listen_to_console(void)
{
	kn_cap copy;
	kn_status status = slot_alloc(&copy);

	if (status != KN_OK)
		return status;
	status = slot_copy(copy, start_need("notification"), listen_rights);
	if (status == KN_OK)
		status = console_listen(start_need("console"), copy);
	slot_release(copy);
	return status;
}

/* It may be the console that began anew: what was on its way is lost, and it will not say that it has room again. */
static void console_restarted(void)
{
	kn_status status = listen_to_console();

	if (status != KN_OK)
		log_status("listening to the console", status);
	console_terminal.is_device_full = false;
	console_terminal.has_device_input = true;
}

static void signal(kn_word bits)
{
	if (bits & INIT_SIGNAL_RESTARTED)
		console_restarted();
	if (bits & CONSOLE_SIGNAL_INPUT)
		console_terminal.has_device_input = true;
	if (bits & CONSOLE_SIGNAL_OUTPUT)
		console_terminal.is_device_full = false;
	if (bits & (CONSOLE_SIGNAL_INPUT | CONSOLE_SIGNAL_OUTPUT | INIT_SIGNAL_RESTARTED))
		terminal_pump(&console_terminal);
	if (bits & BIT_PROCESS_ENDED)
		terminals_check_sessions();
}

/* Gives copies of the notification to those who signal it. */
static kn_status listen(kn_cap notification)
{
	kn_cap badged;
	kn_status status = slot_alloc(&badged);

	if (status == KN_OK)
		status = slot_mint(badged, notification, listen_rights, BIT_PROCESS_ENDED);
	if (status == KN_OK)
		status = process_table_open(start_need("procmgr"), badged);
	if (status == KN_OK)
		status = listen_to_console();
	return status;
}

int main(void)
{
	static const struct server base = {
	    .name = "ttysrv",
	    .dispatch = dispatch,
	    .orphan = file_orphan,
	    .cancel = waiter_cancel,
	    .signal = signal,
	    .next_timeout = terminals_next_timeout,
	    .timeout = terminals_timeout,
	};
	static struct server server;
	kn_cap notification = start_need("notification");

	server = base;
	server.endpoint = file_endpoint = start_need("serve.ttysrv");
	terminals_init();
	kn_status status = server_init(&server);
	if (status == KN_OK)
		status = server_bind_notification(notification);
	if (status == KN_OK)
		status = listen(notification);
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
