/* SPDX-License-Identifier: BSD-2-Clause */
/* See poll.h. */
#include "trona/poll.h"

#include "trona/array.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/syscall.h"
#include "uapi/object_type.h"
#include "uapi/protocol/file.h"

struct listener {
	kn_cap notification;
	uint64_t id;
	struct list armings;
	bool is_used;
};

struct arming {
	struct list in_source;
	struct list in_listener;
	struct listener *listener;
	const void *key;
	uint32_t events;
	uint32_t bit;
};

static struct listener **listeners;
static size_t listener_capacity, listener_count, next_checked;

static struct listener *find(uint64_t id)
{
	uint32_t index = (uint32_t)id;

	if (index >= listener_count || !listeners[index]->is_used || listeners[index]->id != id)
		return nullptr;
	return listeners[index];
}

static void disarm(struct arming *arming)
{
	list_remove(&arming->in_source);
	list_remove(&arming->in_listener);
	heap_free(arming);
}

static void drop(struct listener *listener)
{
	for (struct list *node; (node = list_first(&listener->armings)) != nullptr;)
		disarm(list_entry(node, struct arming, in_listener));
	slot_release(listener->notification);
	listener->is_used = false;
}

/* Looks at some listeners in turn: the slot of one whose notification was destroyed is empty. */
static void check(size_t some)
{
	for (size_t i = 0; i < some && listener_count != 0; i++) {
		struct listener *listener = listeners[next_checked++ % listener_count];
		struct kn_cap_info info;

		if (listener->is_used && slot_info(listener->notification, &info) == KN_OK && info.type == 0)
			drop(listener);
	}
}

kn_status poll_listener_create(kn_cap notification, uint64_t random, uint64_t *id)
{
	struct listener *listener = nullptr;
	struct kn_cap_info info;
	size_t index;

	/* Of what is never destroyed, another server's endpoint say, the listener would never go. */
	if (slot_info(notification, &info) != KN_OK || info.type != KN_TYPE_NOTIFICATION)
		return KN_E_INVALID_CAP;
	check(4);
	for (index = 0; index < listener_count; index++)
		if (!listeners[index]->is_used)
			break;
	if (index < listener_count) {
		listener = listeners[index];
	} else {
		if (!array_reserve(&listeners, &listener_capacity, listener_count + 1))
			return KN_E_NO_MEMORY;
		listener = heap_calloc(1, sizeof *listener);
		if (listener == nullptr)
			return KN_E_NO_MEMORY;
		listeners[listener_count++] = listener;
	}
	listener->is_used = true;
	listener->notification = notification;
	listener->id = index | random << 32;
	list_init(&listener->armings);
	*id = listener->id;
	return KN_OK;
}

void poll_sweep(void)
{
	check(listener_count);
}

void poll_listener_refuse(kn_cap notification)
{
	slot_release(notification);
}

static void prepare(struct poll_source *source)
{
	if (source->armed.next == nullptr)
		list_init(&source->armed);
}

kn_status poll_arm(
    uint64_t id, struct poll_source *source, const void *key, uint32_t events, uint32_t bit)
{
	struct listener *listener = find(id);

	if (listener == nullptr)
		return KN_E_NOT_FOUND;
	if (bit > 63)
		return KN_E_INVALID_ARG;
	if (source == nullptr)
		return KN_OK;
	prepare(source);
	list_for_each (node, &source->armed) {
		struct arming *arming = list_entry(node, struct arming, in_source);

		if (arming->listener != listener || arming->key != key)
			continue;
		if (events == 0) {
			disarm(arming);
			return KN_OK;
		}
		arming->events = events | FILE_EVENT_ERR | FILE_EVENT_HUP;
		arming->bit = bit;
		return KN_OK;
	}
	if (events == 0)
		return KN_OK;
	events |= FILE_EVENT_ERR | FILE_EVENT_HUP;
	struct arming *arming = heap_alloc(sizeof *arming);

	if (arming == nullptr)
		return KN_E_NO_MEMORY;
	*arming = (struct arming){.listener = listener, .key = key, .events = events, .bit = bit};
	list_append(&source->armed, &arming->in_source);
	list_append(&listener->armings, &arming->in_listener);
	return KN_OK;
}

void poll_notify(struct poll_source *source, uint32_t events)
{
	if (source->armed.next == nullptr || list_is_empty(&source->armed))
		return;
	list_for_each_safe (node, after, &source->armed) {
		struct arming *arming = list_entry(node, struct arming, in_source);

		if (!(arming->events & events))
			continue;
		/* A notification that is gone: the listener is found empty by a later check. */
		(void)kn_signal(arming->listener->notification, 1ull << arming->bit);
		disarm(arming);
	}
}

void poll_forget(struct poll_source *source, const void *key)
{
	if (source->armed.next == nullptr)
		return;
	list_for_each_safe (node, after, &source->armed) {
		struct arming *arming = list_entry(node, struct arming, in_source);

		if (key == nullptr || arming->key == key)
			disarm(arming);
	}
}
