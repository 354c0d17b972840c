/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial console: wires the line (line.h) to the machine's UART, its interrupt and its clients. */
#include "client/init.h"
#include "kn/irq_handler.h"
#include "line.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "trona/syscall.h"

#define BIT_INTERRUPT 1

static const struct uart *const uart_drivers[] = {&uart_16550, &uart_pl011};
static kn_cap interrupt;

static kn_status dispatch(struct server_call *call)
{
	return console_dispatch(&line_methods, call);
}

static void signal(kn_word bits)
{
	if (!(bits & BIT_INTERRUPT))
		return;
	line_pump();
	(void)kn_irq_handler_ack(interrupt);
}

/* The driver that init says this machine needs (option "uart"). */
static kn_status start_uart(void)
{
	const char *name = start_option("uart");

	for (size_t i = 0; name && i < sizeof uart_drivers / sizeof uart_drivers[0]; i++) {
		if (strcmp(uart_drivers[i]->name, name) == 0) {
			line_uart = uart_drivers[i];
			return line_uart->start();
		}
	}
	return KN_E_NO_DEVICE;
}

int main(void)
{
	static const struct server base = {.name = "console", .dispatch = dispatch, .cancel = line_cancel, .signal = signal};
	static struct server server;
	kn_cap notification = start_need("notification"), badged;

	server = base;
	server.endpoint = start_need("serve.console");
	interrupt = start_need("uart.irq");
	kn_status status = server_init(&server);
	if (status == KN_OK)
		status = server_bind_notification(notification);
	if (status == KN_OK)
		status = slot_alloc(&badged);
	if (status == KN_OK)
		status = slot_mint(badged, notification, KN_RIGHT_SEND, BIT_INTERRUPT);
	if (status == KN_OK)
		status = kn_irq_handler_bind(interrupt, badged);
	if (status == KN_OK)
		status = start_uart();
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	line_pump();
	(void)kn_irq_handler_ack(interrupt); /* unmasks */
	server_run();
}
