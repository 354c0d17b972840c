/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for readiness, for servers of the protocol file. A listener is a client's notification; arming one on a source costs one small structure, and what
 * becomes ready walks only what is armed on that very source. One-shot: firing takes the arming away.
 *
 * Listener ids are index | random << 32: knowing one lets somebody wake a poll() for nothing, and they cannot be guessed.
 *
 * What listeners and armings cost is the server's, so every user has a quota of each (QUOTA); user 0 has none. Nothing here looks through all there
 * are: an arming is found by a hash, and listeners whose notifications are gone are found a few at a time, by who makes others.
 */
#pragma once

#include "trona/list.h"
#include "uapi/error.h"
#include "uapi/types.h"

struct poll_source {
	struct list armed; /* zeroed: none yet */
};

/* Each is a slot of the server's. More than the threads that a user has at once, and those that ended and have not been found yet. */
#define POLL_LISTENERS_MAX 2048
#define POLL_ARMINGS_MAX 65536

/*
 * A listener of user `uid`. Keeps the capability in `notification` (a slot that becomes the listener's). KN_E_INVALID_CAP: it is of something else.
 */
[[nodiscard]] kn_status poll_listener_create(kn_cap notification, uint32_t uid, uint64_t random, uint64_t *listener);
/* Forgets all listeners whose notifications are gone; a few are looked at whenever one is created. */
void poll_sweep(void);
/* Gives back a notification that poll_listener_create() did not take. */
void poll_listener_refuse(kn_cap notification);
/* Arms (events != 0) or disarms for the description `key`. source null: nothing ever changes, nothing is armed. */
[[nodiscard]] kn_status poll_arm(
    uint64_t listener, struct poll_source *source, const void *key, uint32_t events, uint32_t bit);
/* These events hold on the source now. */
void poll_notify(struct poll_source *source, uint32_t events);
/* Takes away what is armed on the source for `key` (null: for all). */
void poll_forget(struct poll_source *source, const void *key);
