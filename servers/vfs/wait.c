/* SPDX-License-Identifier: BSD-2-Clause */
/* See wait.h. */
#include "wait.h"

#include "fifo.h"
#include "passed.h"
#include "server/file.h"
#include "server/vfs.h"
#include "socket.h"
#include "trona/heap.h"
#include "trona/string.h"
#include "window.h"

#define LABEL_METHOD(info) (kn_info_label(info) & 0xff)

static enum wait_answer answer_of(const struct server_call *call, const struct transfer *transfer)
{
	if (transfer == nullptr)
		return ANSWER_OTHER;
	if (transfer->window != nullptr)
		return ANSWER_WINDOW;
	uint64_t label = kn_info_label(call->info);

	return label == VFS_SOCKET_SEND || label == VFS_SOCKET_RECEIVE ? ANSWER_SOCKET : ANSWER_FILE;
}

kn_status wait_park(struct list *list, enum wait_kind kind, struct description *description, struct server_call *call,
    const struct transfer *transfer, struct waiter **parked)
{
	struct waiter *waiter = heap_calloc(1, sizeof *waiter);

	if (waiter == nullptr)
		return KN_E_NO_MEMORY;
	waiter->kind = kind;
	waiter->answer = answer_of(call, transfer);
	waiter->description = description;
	if (transfer != nullptr) {
		waiter->length = transfer->length;
		waiter->done = transfer->done;
		waiter->window = transfer->window;
	}
	if (kind == WAIT_WRITE && transfer->window == nullptr) {
		waiter->data = heap_alloc(transfer->length != 0 ? transfer->length : 1);
		if (waiter->data == nullptr)
			goto fail_data;
		memcpy(waiter->data + transfer->done, transfer->data + transfer->done, transfer->length - transfer->done);
	} else if (transfer != nullptr) {
		waiter->data = transfer->data;
	}
	waiter->reply = server_defer(call);
	if (waiter->reply == nullptr)
		goto fail_reply;
	waiter->reply->context = waiter;
	if (waiter->window != nullptr)
		window_hold(waiter->window);
	list_append(list, &waiter->link);
	if (parked != nullptr)
		*parked = waiter;
	return KN_DEFERRED;

fail_reply:
	if (kind == WAIT_WRITE && waiter->window == nullptr)
		heap_free(waiter->data);
fail_data:
	heap_free(waiter);
	return KN_E_NO_MEMORY;
}

/* Before the answer is sent, so that nothing points to the reply object any more. */
static struct server_reply *detach(struct waiter *waiter)
{
	struct server_reply *reply = waiter->reply;

	list_remove(&waiter->link);
	reply->context = nullptr;
	return reply;
}

static void discard(struct waiter *waiter)
{
	if (waiter->window != nullptr)
		window_let_go(waiter->window);
	else if (waiter->kind == WAIT_WRITE)
		heap_free(waiter->data);
	heap_free(waiter);
}

uint8_t *wait_window(const struct waiter *waiter)
{
	return waiter->window != nullptr ? waiter->data : nullptr;
}

void wait_finish_read(struct waiter *waiter, const uint8_t *data, size_t length)
{
	struct server_reply *reply = detach(waiter);

	switch (waiter->answer) {
	case ANSWER_WINDOW:
		if (data != nullptr)
			memcpy(waiter->data, data, length);
		vfs_window_read_reply(reply, KN_OK, (uint32_t)length);
		break;
	case ANSWER_SOCKET:
		vfs_socket_receive_reply(reply, KN_OK, data, length,
		    waiter->carried != nullptr ? passed_give(waiter->carried, nullptr) : KN_CAP_NONE);
		break;
	default:
		file_read_reply(reply, KN_OK, data, length);
		break;
	}
	if (waiter->carried != nullptr)
		description_let_go(waiter->carried);
	discard(waiter);
}

void wait_finish_write(struct waiter *waiter, kn_status status)
{
	struct server_reply *reply = detach(waiter);

	if (waiter->done != 0)
		status = KN_OK;
	if (status != KN_OK)
		server_reply_status(reply, status);
	else if (waiter->answer == ANSWER_WINDOW)
		vfs_window_write_reply(reply, KN_OK, (uint32_t)waiter->done);
	else if (waiter->answer == ANSWER_SOCKET)
		vfs_socket_send_reply(reply, KN_OK, (uint32_t)waiter->done);
	else
		file_write_reply(reply, KN_OK, (uint32_t)waiter->done);
	discard(waiter);
}

void wait_finish(struct waiter *waiter, kn_status status)
{
	struct server_reply *reply = detach(waiter);

	server_reply_status(reply, status);
	discard(waiter);
}

struct server_reply *wait_take_reply(struct waiter *waiter)
{
	struct server_reply *reply = detach(waiter);

	discard(waiter);
	return reply;
}

void wait_cancel(struct server_reply *reply)
{
	struct waiter *waiter = reply->context;

	if (waiter == nullptr)
		return;
	if (waiter->kind == WAIT_WRITE) {
		if (waiter->brings && waiter->done == 0)
			socket_send_failed(waiter->description);
		wait_finish_write(waiter, KN_E_INTERRUPTED);
		return;
	}
	/* A FIFO that is being opened: its description was never given out. */
	struct description *opening = waiter->kind == WAIT_OPEN ? waiter->description : nullptr;

	wait_finish(waiter, KN_E_INTERRUPTED);
	if (opening != nullptr)
		fifo_open_cancelled(opening);
}

void wait_drop(struct list *list, struct description *description)
{
	list_for_each_safe (node, after, list) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (waiter->description != description)
			continue;
		if (waiter->kind == WAIT_WRITE)
			wait_finish_write(waiter, KN_E_INTERRUPTED);
		else
			wait_finish(waiter, KN_E_INTERRUPTED);
	}
}
