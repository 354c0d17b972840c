/* SPDX-License-Identifier: BSD-2-Clause */
/* A socket as socket.c and socket_data.c see it; nobody else includes it. */
#pragma once

#include "passed.h"
#include "pipe.h"
#include "trona/list.h"
#include "trona/poll.h"

enum socket_state : uint8_t {
	SOCKET_FRESH,
	SOCKET_LISTENING,
	SOCKET_CONNECTED,
};

struct socket {
	enum socket_state state;
	struct pipe *in, *out;       /* CONNECTED; each lives while a side has it */
	struct socket *peer;         /* null: gone */
	struct inode *bound;         /* referenced */
	char *name;                  /* the path it was bound to, on the heap */
	size_t name_length;
	struct poll_source source;
	struct credentials owner;    /* who made or connected it */
	struct credentials other;    /* who the peer was at connect time */
	struct passed_queue passed; /* waiting to be received here */
	bool may_read, may_write;
	struct account *unaccepted;  /* charged with one of FILES until a description has it */
	/* LISTENING */
	uint32_t backlog, pending_count;
	struct socket *pending, *pending_last, *next_pending;
	struct list accepting;
};
