/* SPDX-License-Identifier: BSD-2-Clause */
/* A word of signal bits, threads that wait for them, and the kernel's own signallers (timers,
 * interrupts). */
#pragma once

#include "object/object.h"

struct tcb;

struct notification {
	struct object object;
	uint64_t bits;
	struct list waiters; /* threads in THREAD_WAITING_SIGNAL, by tcb.link */
	struct list sources; /* struct signal_source */
	struct tcb *bound;   /* whose endpoint receive it wakes */
};

/* Somebody inside the kernel who signals. */
struct signal_source {
	struct notification *target; /* null: nobody (any more) */
	uint64_t bits;
	struct list link;
};

/* OR the bits in and wake whoever waits for them. */
void notification_signal(struct notification *notification, uint64_t bits);
/* The thread receives the bits. */
void notification_take(struct notification *notification, struct tcb *thread, uint64_t info);
void notification_unbind(struct notification *notification);

/* Attach a free source to what the capability in `slot` names; no badge: `default_bits`. */
void signal_source_attach(struct signal_source *source, const struct slot *slot, uint64_t default_bits);
void signal_source_detach(struct signal_source *source);
void signal_source_fire(struct signal_source *source);
