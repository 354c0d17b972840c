/* SPDX-License-Identifier: BSD-2-Clause */
/* See waiter.h. */
#include "waiter.h"

#include "server/file.h"
#include "server/tty.h"
#include "terminal.h"
#include "trona/heap.h"
#include "trona/string.h"

kn_status waiter_park(struct list *list, struct file *file, kn_word caller, struct server_call *call, const uint8_t *data,
    size_t length, size_t done, struct waiter **parked)
{
	struct waiter *waiter = heap_calloc(1, sizeof *waiter);

	if (waiter == nullptr)
		return KN_E_NO_MEMORY;
	if (data != nullptr) {
		waiter->data = heap_alloc(length);
		if (waiter->data == nullptr)
			goto fail_data;
		memcpy(waiter->data, data, length);
	}
	waiter->file = file;
	waiter->caller = caller;
	waiter->length = length;
	waiter->done = done;
	waiter->deadline = KN_TIME_FOREVER;
	waiter->reply = server_defer(call);
	if (waiter->reply == nullptr)
		goto fail_reply;
	waiter->reply->context = waiter;
	list_append(list, &waiter->link);
	if (parked != nullptr)
		*parked = waiter;
	return KN_DEFERRED;

fail_reply:
	heap_free(waiter->data);
fail_data:
	heap_free(waiter);
	return KN_E_NO_MEMORY;
}

static struct server_reply *detach(struct waiter *waiter)
{
	struct server_reply *reply = waiter->reply;

	list_remove(&waiter->link);
	reply->context = nullptr;
	heap_free(waiter->data);
	heap_free(waiter);
	return reply;
}

void waiter_finish(struct waiter *waiter, kn_status status)
{
	server_reply_status(detach(waiter), status);
}

bool waiter_finish_read(struct waiter *waiter, const uint8_t *data, size_t length)
{
	bool is_tty = kn_info_label(waiter->reply->info) == TTY_READ;
	struct server_reply *reply = detach(waiter);
	kn_status status =
	    is_tty ? tty_read_reply(reply, KN_OK, data, length) : file_read_reply(reply, KN_OK, data, length);

	return status == KN_OK;
}

void waiter_finish_write(struct waiter *waiter, kn_status status)
{
	bool is_tty = kn_info_label(waiter->reply->info) == TTY_WRITE;
	uint32_t done = (uint32_t)waiter->done;
	struct server_reply *reply = detach(waiter);

	if (status != KN_OK && done == 0)
		server_reply_status(reply, status);
	else if (is_tty)
		tty_write_reply(reply, KN_OK, done);
	else
		file_write_reply(reply, KN_OK, done);
}

static void waiter_abort(struct waiter *waiter, kn_status status)
{
	if (waiter->data != nullptr)
		waiter_finish_write(waiter, status);
	else
		waiter_finish(waiter, status);
}

void waiter_cancel(struct server_reply *reply)
{
	if (reply->context != nullptr)
		waiter_abort(reply->context, KN_E_INTERRUPTED);
}

void waiters_abort(struct list *list, const struct file *file, kn_status status)
{
	list_for_each_safe (node, after, list) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (file == nullptr || waiter->file == file)
			waiter_abort(waiter, status);
	}
}

void waiters_drop(struct terminal *terminal, struct file *file)
{
	struct list *lists[] = {&terminal->readers, &terminal->writers, &terminal->drainers, &terminal->master_readers,
	    &terminal->master_writers};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		waiters_abort(lists[i], file, KN_E_INTERRUPTED);
}
