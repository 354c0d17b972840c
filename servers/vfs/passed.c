/* SPDX-License-Identifier: BSD-2-Clause */
/* See passed.h. */
#include "passed.h"

#include "trona/heap.h"
#include "trona/slots.h"
#include "uapi/object_type.h"

#define PASSED_MAX 64u

static void close_terminal(struct description *description)
{
	if (description->terminal != KN_CAP_NONE)
		slot_release(description->terminal);
}

static const struct description_class terminal_class = {.kind = FILE_KIND_TERMINAL, .close = close_terminal};

kn_status passed_terminal(struct server_call *call, kn_cap received, uint32_t uid, struct description **made)
{
	struct kn_cap_info info;
	kn_status status = slot_info(received, &info);

	if (status != KN_OK || info.type != KN_TYPE_ENDPOINT || !badge_is_terminal(info.badge))
		return KN_E_NOT_SUPPORTED;
	status = description_create(&terminal_class, 0, uid, made);
	if (status != KN_OK)
		return status;
	status = server_take(call, received, &(*made)->terminal);
	if (status != KN_OK) {
		description_discard(*made);
		return status;
	}
	description_hold(*made);
	return KN_OK;
}

kn_cap passed_give(struct description *description, struct server_call *call)
{
	if (description->class != &terminal_class)
		return description_give(description);
	kn_cap terminal = description->terminal;

	if (call != nullptr) {
		call->release_after = terminal;
		description->terminal = KN_CAP_NONE;
	}
	return terminal;
}

kn_status passed_put(struct passed_queue *queue, uint32_t uid, struct description *description, uint64_t position)
{
	if (queue->count >= PASSED_MAX)
		return KN_E_WOULD_BLOCK;
	struct account *account;
	kn_status status = account_open(uid, ACCOUNT_PASSED, 1, &account);

	if (status != KN_OK)
		return status;
	struct passed *record = heap_alloc(sizeof *record);

	if (record == nullptr) {
		account_give(account, ACCOUNT_PASSED, 1);
		return KN_E_NO_MEMORY;
	}
	*record = (struct passed){.description = description, .account = account, .position = position};
	description_hold(description);
	if (queue->last != nullptr)
		queue->last->next = record;
	else
		queue->first = record;
	queue->last = record;
	queue->count++;
	return KN_OK;
}

static void discard(struct passed *record)
{
	account_give(record->account, ACCOUNT_PASSED, 1);
	heap_free(record);
}

struct description *passed_take(struct passed_queue *queue)
{
	struct passed *record = queue->first;
	struct description *description = record->description;

	queue->first = record->next;
	if (queue->first == nullptr)
		queue->last = nullptr;
	queue->count--;
	discard(record);
	return description;
}

void passed_take_back(struct passed_queue *queue, uint64_t position)
{
	struct passed *before = nullptr, *last = queue->last;

	if (last == nullptr || last->position != position)
		return;
	for (struct passed *at = queue->first; at != last; at = at->next)
		before = at;
	*(before != nullptr ? &before->next : &queue->first) = nullptr;
	queue->last = before;
	queue->count--;
	description_let_go(last->description);
	discard(last);
}

void passed_drop(struct passed_queue *queue)
{
	while (queue->first != nullptr)
		description_let_go(passed_take(queue));
}

void passed_visit(const struct passed_queue *queue, void (*visit)(struct description *description))
{
	for (const struct passed *record = queue->first; record != nullptr; record = record->next)
		visit(record->description);
}
