/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the server loop and generated dispatchers (server/<protocol>.h) tell each other about one call.
 *
 * `words` and `out_words` are two different arrays of KN_MSG_MAX_WORDS words, neither is the IPC buffer:
 * a handler may call other servers while it holds pointers into both. Received capabilities belong to
 * the loop, which deletes what is still in their slots after the handler; a handler that keeps one moves
 * it to a slot of its own.
 */
#pragma once

#include "uapi/types.h"

/* A handler returns it after server_defer(call): the answer comes later by <protocol>_<method>_reply. */
#define KN_DEFERRED 1

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
	uint32_t out_moves; /* KN_IPC_MOVE bits */
	kn_cap out_caps[KN_MSG_MAX_CAPS];
};

/* A capability argument. Absent optional: slot KN_CAP_NONE and not is_own. */
struct server_cap {
	kn_cap slot;
	kn_word badge;
	bool is_own;
};

/* A kept reply object, see server_defer. */
struct server_reply;

/* Sends a late answer: regs->info and regs->w are filled, further words and capabilities are in the IPC buffer. */
void server_reply_send(struct server_reply *reply, struct kn_regs *regs);

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
