/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server loop, and what it and generated dispatchers (server/<protocol>.h) tell each other about one call.
 *
 * `words` and `out_words` are two different arrays of KN_MSG_MAX_WORDS words, neither is the IPC buffer:
 * a handler may call other servers while it holds pointers into both. Received capabilities belong to
 * the loop, which deletes what is still in their slots after the handler; a handler that keeps one moves
 * it to a slot of its own (server_take).
 *
 * A server is one thread in server_run(): it never sleeps elsewhere. A handler that cannot answer yet calls
 * server_defer(), keeps the reply it gets, returns KN_DEFERRED, and answers later with
 * <protocol>_<method>_reply(). Reply objects are reserved ahead, so that deferring can only fail before anything has changed.
 */
#pragma once

#include "uapi/error.h"
#include "uapi/types.h"

/* A handler returns it after server_defer(call): the answer comes later by <protocol>_<method>_reply. */
#define KN_DEFERRED 1

/*
 * A reply object, kept by a deferred call. `context` and `kind` are the server's (what does this caller wait for?). It
 * belongs to the server from server_defer() until the answer is sent; then it goes back to the pool.
 */
struct server_reply {
	kn_cap slot;
	kn_word badge;       /* of the deferred call */
	kn_word info;        /* its label tells the method */
	void *context;
	uint32_t kind;
	bool is_deferred;
	struct server_reply *next; /* in the pool; free for the server's own lists while deferred */
};

struct server_call {
	kn_word badge;
	kn_word info;
	const kn_word *words;
	kn_word *out_words;
	kn_cap caps[KN_MSG_MAX_CAPS];
	kn_word cap_badges[KN_MSG_MAX_CAPS];
	uint32_t cap_unwrapped; /* bit i: capability i was one of our own endpoint's; only its badge came */
	/* Written by the dispatcher; valid when it returns KN_OK. */
	uint32_t out_length;
	uint32_t out_cap_count;
	uint32_t out_moves; /* KN_IPC_MOVE bits; the loop frees the slots of moved capabilities after the answer */
	kn_cap out_caps[KN_MSG_MAX_CAPS];
	/* The loop's own. */
	struct server_reply *reply;
	/* Released (deleted and freed) by the loop once the answer is sent; for capabilities made only for the answer. */
	kn_cap release_after;
};

/* A capability argument. Absent optional: slot KN_CAP_NONE and not is_own. */
struct server_cap {
	kn_cap slot;
	kn_word badge;
	bool is_own;
};

/* What a server does with its messages. Null hooks ignore. All run in the loop, one at a time. */
struct server {
	const char *name;
	kn_cap endpoint;    /* with RECV */
	/* A client's call: usually one <protocol>_dispatch by badge or label. */
	kn_status (*dispatch)(struct server_call *call);
	/* The last capability derived from the watched slot with this badge is gone (a hint: look at slot_info().has_children). */
	void (*orphan)(kn_word badge);
	/* The deferred caller wants its call back (signal) or is gone: answer it (KN_E_INTERRUPTED), or ignore it and answer soon. */
	void (*cancel)(struct server_reply *reply);
	/* Bits of the notification that is bound to this thread (server_bind_notification). */
	void (*signal)(kn_word bits);
	/* A kernel FAULT_* message; may defer. The status goes to the kernel: 0 retries, anything else stops the thread. */
	kn_status (*fault)(struct server_call *call);
	/* ns since boot at which `timeout` wants to run; KN_TIME_FOREVER when nothing is due. Asked before every receive. */
	kn_time (*next_timeout)(void);
	void (*timeout)(void);
	/*
	 * After a message has been handled and answered, before the next is received, and after `timeout`: work in small portions. It costs a
	 * system call of its own to answer first, so has_work says whether it is worth it (null: always); it is asked after messages only,
	 * so that it may count them.
	 */
	void (*after)(void);
	bool (*has_work)(void);
	/* Makes `count` reply objects in the slots [first, first + count); null: by objsrv ("objsrv" capability). */
	kn_status (*make_replies)(kn_cap first, unsigned count);
};

/* Reserves reply objects and receive slots, binds nothing. Call once before server_run(). */
[[nodiscard]] kn_status server_init(const struct server *server);
/* Receives and answers for ever. */
[[noreturn]] void server_run(void);
/* Handles one message, waiting until `deadline`; TIMED_OUT when none came. For init and tests. */
[[nodiscard]] kn_status server_step(kn_time deadline);

/* Keeps the call's reply object for later. Null (the call cannot be deferred: answer NO_MEMORY) when no spare can be had. */
struct server_reply *server_defer(struct server_call *call);
/*
 * Sends a late answer: regs->info and regs->w are filled, further words and capabilities are in the IPC buffer. An error: it has
 * not arrived (PEER_GONE: there is nobody any more), and what it carried may be given to somebody else.
 */
kn_status server_reply_send(struct server_reply *reply, struct kn_regs *regs);
/* A late answer without results: an error, or a method that returns nothing. */
void server_reply_status(struct server_reply *reply, kn_status status);
/* Makes another `count` deferrals certain not to fail. */
[[nodiscard]] kn_status server_reserve_replies(unsigned count);

/*
 * What the loop and the slots hold ready for later: answers' objects that nobody waits for (each in a slot), CNodes to have slots in. It grows with the
 * most that was ever needed at once and stays; leak checks leave it out.
 */
struct server_reserve {
	uint64_t slots, objects, bytes;
};
struct server_reserve server_reserve(void);

/* Moves received capability `slot` (from struct server_cap) into a fresh slot of the server's own. */
[[nodiscard]] kn_status server_take(struct server_call *call, kn_cap received, kn_cap *slot);
/* Tell all signals of `notification` to this loop (signal hook). */
[[nodiscard]] kn_status server_bind_notification(kn_cap notification);

static inline struct server_cap server_call_cap(const struct server_call *call, unsigned i)
{
	if (i >= kn_info_caps(call->info))
		return (struct server_cap){};
	return (struct server_cap){
	    .slot = call->caps[i],
	    .badge = call->cap_badges[i],
	    .is_own = (call->cap_unwrapped >> i & 1) != 0,
	};
}
