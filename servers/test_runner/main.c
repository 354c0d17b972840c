/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_runner: the kernel's boot tests in the running system. It serves protocol test (the shell's command is in
 * personalities/posix/test_runner); with the option "console" it runs all tests by itself, on the kernel's console, and switches the machine off.
 */
#include "client/init.h"
#include "client/namesrv.h"
#include "guest.h"
#include "kn/console.h"
#include "server/test.h"
#include "trona/log.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "uapi/error.h"
#include "uapi/protocol/init.h"

#define NAME "service.test_runner"
#define FORGOTTEN_AFTER 10000000000ull /* ns without next(): nobody listens any more */

static kn_time asked;

static kn_status on_start(struct server_call *call, const void *words, size_t length)
{
	if (length > TEST_WORDS_MAX)
		return KN_E_TOO_LARGE;
	asked = start_now();
	return guest_start(words, length);
}

static kn_status on_next(
    struct server_call *call, void *text, size_t capacity, size_t *length, bool *is_over, bool *has_failed)
{
	if (capacity < sizeof(struct kn_console_data))
		return KN_E_TOO_LARGE;
	*length = 0;
	kn_status status = guest_next(text, capacity, length, is_over, has_failed);

	asked = start_now();
	return status;
}

static const struct test_ops methods = {.start = on_start, .next = on_next};

static kn_status dispatch(struct server_call *call)
{
	return test_dispatch(&methods, call);
}

static kn_time next_timeout(void)
{
	return guest_is_running() ? asked + FORGOTTEN_AFTER : KN_TIME_FOREVER;
}

static void timeout(void)
{
	if (guest_is_running() && start_now() >= asked + FORGOTTEN_AFTER)
		guest_stop();
}

static void print(const char *text, size_t length)
{
	struct kn_console_data data = {};

	memcpy(data.bytes, text, length);
	(void)!kn_console_write(start_need("log"), (uint8_t)length, &data);
}

static void run_on_console(void)
{
	bool is_over = false, has_failed = true;
	kn_status status = guest_start("", 0);

	while (status == KN_OK && !is_over) {
		char text[sizeof(struct kn_console_data)];
		size_t length = 0;

		status = guest_next(text, sizeof(text), &length, &is_over, &has_failed);
		print(text, length);
	}
	if (status != KN_OK)
		log_status("the tests", status);
	(void)!init_shutdown(start_need("init"), status != KN_OK || has_failed, false);
}

static kn_status publish(void)
{
	return namesrv_publish(start_need("namesrv"), NAME, sizeof(NAME) - 1, start_need("serve.test_runner"));
}

/* Names end with the server of names. */
static void signal(kn_word bits)
{
	if (bits & INIT_SIGNAL_RESTARTED)
		(void)publish(); /* if it has not been that server, the name exists */
}

int main(void)
{
	static const struct server base = {
	    .name = "test_runner", .dispatch = dispatch, .next_timeout = next_timeout, .timeout = timeout,
	    .signal = signal};
	static struct server server;
	kn_status status;

	server = base;
	server.endpoint = start_need("serve.test_runner");
	status = server_init(&server);
	if (status == KN_OK && start_option("console") == nullptr)
		status = server_bind_notification(start_need("notification"));
	if (status == KN_OK && start_option("console") == nullptr)
		status = publish();
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	if (start_option("console") != nullptr)
		run_on_console();
	server_run();
}
