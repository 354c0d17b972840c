/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that wait: one structure for all of them, kept by whatever they wait for, in order of arrival. A waiter holds the reply object of its
 * call, so it ends in exactly one of three ways: finished, cancelled (signal, or the caller is gone), or its description ends.
 */
#pragma once

#include "description.h"
#include "trona/list.h"

enum wait_kind : uint8_t {
	WAIT_READ,
	WAIT_WRITE,
	WAIT_OPEN,     /* FIFO */
	WAIT_ACCEPT,
	WAIT_CONNECT,
	WAIT_LOCK,
};

/* Which answer the caller expects. */
enum wait_answer : uint8_t {
	ANSWER_FILE,   /* file.read, file.write */
	ANSWER_WINDOW, /* window_read, window_write */
	ANSWER_SOCKET, /* socket_receive, socket_send */
	ANSWER_OTHER,  /* by kind */
};

struct waiter {
	struct list link;
	struct server_reply *reply;
	struct description *description;
	struct window *window;   /* held; ANSWER_WINDOW */
	enum wait_kind kind;
	enum wait_answer answer;
	uint8_t *data;           /* WAIT_WRITE: what is to be written (heap copy or the window) */
	size_t length;           /* wanted */
	size_t done;             /* WAIT_WRITE: already written */
	bool brings;             /* WAIT_WRITE: a descriptor goes with its first byte */
	struct description *carried; /* held; comes with the bytes that a waiting socket_receive gets */
	uint64_t detail[5];      /* WAIT_LOCK: the lock; WAIT_ACCEPT: flags; WAIT_CONNECT: the listener */
};

/*
 * Keeps the call of a read or write waiting on `list`. `transfer` null: no data (open, accept, lock). NO_MEMORY: nothing has
 * changed. For writes transfer->data from transfer->done on is kept.
 */
[[nodiscard]] kn_status wait_park(struct list *list, enum wait_kind kind, struct description *description,
    struct server_call *call, const struct transfer *transfer, struct waiter **waiter);
/* Where a waiting read's bytes may go: its window, or null when the answer carries them. */
uint8_t *wait_window(const struct waiter *waiter);
/* Answers a waiting read with `length` bytes at `data` (copied here; null with a window: they are there already). */
void wait_finish_read(struct waiter *waiter, const uint8_t *data, size_t length);
/* Answers a waiting write: waiter->done bytes if any, else `status`. */
void wait_finish_write(struct waiter *waiter, kn_status status);
/* Answers anything else with a status (methods without results on success only). */
void wait_finish(struct waiter *waiter, kn_status status);
/* Takes the reply out and frees the waiter: for answers with results of their own. */
struct server_reply *wait_take_reply(struct waiter *waiter);
/* The caller wants it back. */
void wait_cancel(struct server_reply *reply);
/* Every waiter of `description` on `list` is answered with INTERRUPTED. */
void wait_drop(struct list *list, struct description *description);
