/* SPDX-License-Identifier: BSD-2-Clause */
/* See poll.h. */
#include "trona/poll.h"

#include "trona/array.h"
#include "trona/hash.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/syscall.h"
#include "uapi/object_type.h"
#include "uapi/protocol/file.h"

/* Listeners that are looked at, of all and of the user's, whenever another one is made. */
#define LOOKS 4

struct user {
	uint32_t uid;
	size_t listener_count, arming_count;
	struct list listeners; /* the one that was looked at longest ago first */
};

struct listener {
	kn_cap notification;
	uint64_t id;
	struct user *user; /* null: free */
	struct list in_user;
	struct list armings;
	struct listener *next_free;
};

struct arming {
	struct list in_source;
	struct list in_listener;
	struct listener *listener;
	const struct poll_source *source;
	const void *key;
	uint64_t hash;
	struct arming *twin; /* another one with that hash */
	uint32_t events;
	uint32_t bit;
};

static struct listener **listeners, *free_listeners;
static size_t listener_capacity, listener_count, next_checked;
static struct hash users, armings;

static struct listener *find(uint64_t id)
{
	uint32_t index = (uint32_t)id;

	if (index >= listener_count || listeners[index]->user == nullptr || listeners[index]->id != id)
		return nullptr;
	return listeners[index];
}

static uint64_t hash_of(const struct listener *listener, const struct poll_source *source, const void *key)
{
	const void *const parts[] = {listener, source, key};

	return hash_bytes(parts, sizeof parts);
}

static struct arming *find_arming(const struct listener *listener, const struct poll_source *source, const void *key)
{
	struct arming *arming = hash_find(&armings, hash_of(listener, source, key));

	while (arming != nullptr && (arming->listener != listener || arming->source != source || arming->key != key))
		arming = arming->twin;
	return arming;
}

static void disarm(struct arming *arming)
{
	struct arming *first = hash_find(&armings, arming->hash);

	if (first != arming) {
		while (first->twin != arming)
			first = first->twin;
		first->twin = arming->twin;
	} else if (arming->twin == nullptr) {
		(void)hash_remove(&armings, arming->hash);
	} else {
		(void)!hash_insert(&armings, arming->hash, arming->twin); /* in its place: that needs no memory */
	}
	list_remove(&arming->in_source);
	list_remove(&arming->in_listener);
	arming->listener->user->arming_count--;
	heap_free(arming);
}

static void release_user(struct user *user)
{
	if (user->listener_count != 0)
		return;
	(void)hash_remove(&users, user->uid);
	heap_free(user);
}

static void drop(struct listener *listener)
{
	struct user *user = listener->user;

	for (struct list *node; (node = list_first(&listener->armings)) != nullptr;)
		disarm(list_entry(node, struct arming, in_listener));
	slot_release(listener->notification);
	list_remove(&listener->in_user);
	listener->user = nullptr;
	listener->next_free = free_listeners;
	free_listeners = listener;
	user->listener_count--;
	release_user(user);
}

/* The slot of one whose notification was destroyed is empty. */
static bool is_gone(const struct listener *listener)
{
	struct kn_cap_info info;

	return slot_info(listener->notification, &info) == KN_OK && info.type == 0;
}

/* Looks at some listeners in turn. */
static void check(size_t some)
{
	for (size_t i = 0; i < some && listener_count != 0; i++) {
		struct listener *listener = listeners[next_checked++ % listener_count];

		if (listener->user != nullptr && is_gone(listener))
			drop(listener);
	}
}

/* The same among those of one user, who need not wait until it is their turn among all. */
static void check_user(uint32_t uid)
{
	for (size_t i = 0; i < LOOKS; i++) {
		struct user *user = hash_find(&users, uid);

		if (user == nullptr)
			return;
		struct listener *oldest = list_entry(list_first(&user->listeners), struct listener, in_user);
		if (is_gone(oldest)) {
			drop(oldest);
			continue;
		}
		list_remove(&oldest->in_user);
		list_append(&user->listeners, &oldest->in_user);
	}
}

/* One that has no listener yet goes with release_user(). */
static struct user *user_of(uint32_t uid)
{
	struct user *user = hash_find(&users, uid);

	if (user != nullptr)
		return user;
	user = heap_calloc(1, sizeof *user);
	if (user == nullptr)
		return nullptr;
	user->uid = uid;
	list_init(&user->listeners);
	if (hash_insert(&users, uid, user))
		return user;
	heap_free(user);
	return nullptr;
}

static struct listener *take_free(void)
{
	struct listener *listener = free_listeners;

	if (listener != nullptr) {
		free_listeners = listener->next_free;
		return listener;
	}
	if (!array_reserve(&listeners, &listener_capacity, listener_count + 1))
		return nullptr;
	listener = heap_calloc(1, sizeof *listener);
	if (listener == nullptr)
		return nullptr;
	listener->id = listener_count;
	listeners[listener_count++] = listener;
	return listener;
}

kn_status poll_listener_create(kn_cap notification, uint32_t uid, uint64_t random, uint64_t *id)
{
	struct kn_cap_info info;

	/* Of what is never destroyed, another server's endpoint say, the listener would never go. */
	if (slot_info(notification, &info) != KN_OK || info.type != KN_TYPE_NOTIFICATION)
		return KN_E_INVALID_CAP;
	check(LOOKS);
	check_user(uid);
	struct user *user = user_of(uid);
	if (user == nullptr)
		return KN_E_NO_MEMORY;
	if (uid != 0 && user->listener_count >= POLL_LISTENERS_MAX)
		return KN_E_QUOTA;
	struct listener *listener = take_free();
	if (listener == nullptr) {
		release_user(user);
		return KN_E_NO_MEMORY;
	}
	listener->user = user;
	listener->notification = notification;
	listener->id = (uint32_t)listener->id | random << 32;
	list_init(&listener->armings);
	list_append(&user->listeners, &listener->in_user);
	user->listener_count++;
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

static kn_status arm(struct listener *listener, struct poll_source *source, const void *key, struct arming **made)
{
	struct user *user = listener->user;

	if (user->uid != 0 && user->arming_count >= POLL_ARMINGS_MAX)
		return KN_E_QUOTA;
	struct arming *arming = heap_alloc(sizeof *arming);
	if (arming == nullptr)
		return KN_E_NO_MEMORY;
	*arming = (struct arming){.listener = listener, .source = source, .key = key, .hash = hash_of(listener, source, key)};
	arming->twin = hash_find(&armings, arming->hash);
	if (!hash_insert(&armings, arming->hash, arming)) {
		heap_free(arming);
		return KN_E_NO_MEMORY;
	}
	if (source->armed.next == nullptr)
		list_init(&source->armed);
	list_append(&source->armed, &arming->in_source);
	list_append(&listener->armings, &arming->in_listener);
	user->arming_count++;
	*made = arming;
	return KN_OK;
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
	struct arming *arming = find_arming(listener, source, key);
	if (events == 0) {
		if (arming != nullptr)
			disarm(arming);
		return KN_OK;
	}
	events |= FILE_EVENT_ERR | FILE_EVENT_HUP;
	if (arming == nullptr) {
		kn_status status = arm(listener, source, key, &arming);

		if (status != KN_OK)
			return status;
	}
	arming->events = events;
	arming->bit = bit;
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
