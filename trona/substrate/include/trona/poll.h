/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for readiness, for servers of the protocol file. A listener is a client's notification; arming one on a source costs one small structure, and what
 * becomes ready walks only what is armed on that very source. One-shot: firing takes the arming away.
 *
 * Listener ids are index | random << 32: knowing one lets somebody wake a poll() for nothing, and they cannot be guessed.
 */
#pragma once

#include "trona/list.h"
#include "uapi/error.h"
#include "uapi/types.h"

struct poll_source {
	struct list armed; /* zeroed: none yet */
};

/* Keeps the capability in `notification` (a slot that becomes the listener's). KN_E_INVALID_CAP: it is of something else. */
[[nodiscard]] kn_status poll_listener_create(kn_cap notification, uint64_t random, uint64_t *listener);
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
