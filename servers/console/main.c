/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The serial console: moves bytes between a UART and two queues. It never waits: a full output queue makes a write short, a full
 * input queue switches the receive interrupt off until there is room, and then the line itself holds the sender back.
 */
#include "client/init.h"
#include "kn/irq_handler.h"
#include "queue.h"
#include "server/console.h"
#include "trona/log.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "trona/syscall.h"
#include "uart.h"

#define BIT_INTERRUPT 1
#define BADGE_ANY (~0ull)

static const struct uart *const uart_drivers[] = {&uart_16550, &uart_pl011};
static const struct uart *uart;
static kn_cap interrupt;
static struct queue input, output;
static kn_cap listener;
static kn_word listener_badge = BADGE_ANY;
static struct server_reply *drainers;  /* they wait for an empty output queue */
static bool is_writer_short; /* somebody was told that the output queue is full */

/* Tell the listener; a bound notification never blocks. */
static void tell(uint64_t bit)
{
	if (listener != KN_CAP_NONE)
		(void)kn_signal(listener, bit);
}

static bool receive(void)
{
	bool has_received = false;
	uint8_t byte;

	while (queue_room(&input) && uart->receive(&byte)) {
		queue_put(&input, &byte, 1);
		has_received = true;
	}
	return has_received;
}

static void transmit(void)
{
	for (;;) {
		size_t size;
		const uint8_t *data = queue_front(&output, &size);
		size_t sent = size ? uart->transmit(data, size) : 0;

		queue_drop(&output, sent);
		if (sent == 0)
			break;
	}
	uart->enable(queue_used(&output) != 0, queue_room(&input) != 0);
}

static void pump(void)
{
	bool has_received = false, is_more;

	/*
	 * The line of an edge-triggered interrupt must be low at our last look, or the next byte makes no edge. Transmitting may be what
	 * lowers it, so the look comes after it.
	 */
	do {
		transmit();
		is_more = receive();
		has_received |= is_more;
	} while (is_more);
	if (has_received)
		tell(CONSOLE_SIGNAL_INPUT);
	while (queue_used(&output) == 0 && drainers) {
		struct server_reply *reply = drainers;

		drainers = reply->next;
		server_reply_status(reply, KN_OK);
	}
	if (is_writer_short && queue_room(&output) >= QUEUE_SIZE / 2) {
		is_writer_short = false;
		tell(CONSOLE_SIGNAL_OUTPUT);
	}
}

static kn_status on_drain(struct server_call *call)
{
	pump();
	if (queue_used(&output) == 0)
		return KN_OK;
	struct server_reply *reply = server_defer(call);

	if (reply == nullptr)
		return KN_E_NO_MEMORY;
	reply->next = drainers;
	drainers = reply;
	return KN_DEFERRED;
}

static void cancel(struct server_reply *reply)
{
	for (struct server_reply **link = &drainers; *link; link = &(*link)->next) {
		if (*link == reply) {
			*link = reply->next;
			server_reply_status(reply, KN_E_INTERRUPTED);
			return;
		}
	}
}

static kn_status on_write(struct server_call *call, const void *data, size_t data_len, uint32_t *written)
{
	*written = (uint32_t)queue_put(&output, data, data_len);
	pump();
	if (*written < data_len)
		*written += (uint32_t)queue_put(&output, (const uint8_t *)data + *written, data_len - *written);
	is_writer_short |= *written < data_len;
	return KN_OK;
}

static kn_status on_read(struct server_call *call, void *data, size_t data_cap, size_t *data_len)
{
	if (call->badge != listener_badge)
		return KN_E_ACCESS;
	*data_len = queue_take(&input, data, data_cap);
	pump();
	return KN_OK;
}

static kn_status on_listen(struct server_call *call, struct server_cap notification)
{
	kn_cap kept;

	if (listener_badge != BADGE_ANY && listener_badge != call->badge)
		return KN_E_BUSY;
	if (notification.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	kn_status status = server_take(call, notification.slot, &kept);
	if (status != KN_OK)
		return status;
	if (listener != KN_CAP_NONE)
		slot_release(listener);
	listener = kept;
	listener_badge = call->badge;
	if (queue_used(&input))
		tell(CONSOLE_SIGNAL_INPUT);
	return KN_OK;
}

static const struct console_ops methods = {.write = on_write, .read = on_read, .listen = on_listen, .drain = on_drain};

static kn_status dispatch(struct server_call *call)
{
	return console_dispatch(&methods, call);
}

static void signal(kn_word bits)
{
	if (!(bits & BIT_INTERRUPT))
		return;
	pump();
	(void)kn_irq_handler_ack(interrupt);
}

/* The driver that init says this machine needs (option "uart"). */
static kn_status start_uart(void)
{
	const char *name = start_option("uart");

	for (size_t i = 0; name && i < sizeof uart_drivers / sizeof uart_drivers[0]; i++) {
		if (strcmp(uart_drivers[i]->name, name) == 0) {
			uart = uart_drivers[i];
			return uart->start();
		}
	}
	return KN_E_NO_DEVICE;
}

int main(void)
{
	static const struct server base = {.name = "console", .dispatch = dispatch, .cancel = cancel, .signal = signal};
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
	pump();
	(void)kn_irq_handler_ack(interrupt); /* unmasks */
	server_run();
}
