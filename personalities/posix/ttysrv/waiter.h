/* SPDX-License-Identifier: BSD-2-Clause */
/* Whoever waits for a terminal: a kept call, its bytes, and its answer. */
#pragma once

#include "trona/list.h"
#include "trona/server.h"

struct file;
struct terminal;

struct waiter {
	struct list link;
	struct server_reply *reply;
	struct file *file;
	kn_word caller;          /* process badge, 0: unknown */
	uint8_t *data;           /* writers: on the heap */
	size_t length, done;
	kn_time deadline;        /* readers with VTIME; KN_TIME_FOREVER: none running */
	size_t seen;             /* bytes there when the timer was started */
};

/* Keeps the call waiting on `list`; data null: none. */
[[nodiscard]] kn_status waiter_park(struct list *list, struct file *file, kn_word caller, struct server_call *call,
    const uint8_t *data, size_t length, size_t done, struct waiter **parked);
/* The answers. They end the waiter. */
void waiter_finish(struct waiter *waiter, kn_status status);
/* False: the reader is gone, and the bytes are for the next. */
[[nodiscard]] bool waiter_finish_read(struct waiter *waiter, const uint8_t *data, size_t length);
/* A writer some of whose bytes went out hears of those, and not of the error. */
void waiter_finish_write(struct waiter *waiter, kn_status status);
/* The same for all who wait on `list` through `file` (null: any). */
void waiters_abort(struct list *list, const struct file *file, kn_status status);
void waiter_cancel(struct server_reply *reply);
/* Everybody who waits through `file` gets INTERRUPTED. */
void waiters_drop(struct terminal *terminal, struct file *file);
