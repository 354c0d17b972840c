/* SPDX-License-Identifier: BSD-2-Clause */
/* See line.h. */
#include "line.h"

#include "queue.h"
#include "trona/slots.h"
#include "trona/syscall.h"

#define BADGE_ANY (~0ull)

const struct uart *line_uart;
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

	while (queue_room(&input) && line_uart->receive(&byte)) {
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
		size_t sent = size ? line_uart->transmit(data, size) : 0;

		queue_drop(&output, sent);
		if (sent == 0)
			break;
	}
	line_uart->enable(queue_used(&output) != 0, queue_room(&input) != 0);
}

void line_pump(void)
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
	line_pump();
	if (queue_used(&output) == 0)
		return KN_OK;
	struct server_reply *reply = server_defer(call);

	if (reply == nullptr)
		return KN_E_NO_MEMORY;
	reply->next = drainers;
	drainers = reply;
	return KN_DEFERRED;
}

void line_cancel(struct server_reply *reply)
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
	line_pump();
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
	line_pump();
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

const struct console_ops line_methods = {.write = on_write, .read = on_read, .listen = on_listen, .drain = on_drain};
