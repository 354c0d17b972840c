/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A method call on a kernel object, as the generated dispatch functions and the handlers see it.
 *
 * Handlers return 0 or a KN_E_*; KN_RESTART (run the same system call again; nothing but inv_resume()
 * may have written to the caller's registers or buffer) or KN_BLOCKED (the caller waits, and
 * whoever wakes it writes its result).
 */
#pragma once

#include "core/cpu.h"
#include "core/cspace.h"
#include "object/derivation.h"

struct invocation {
	struct tcb *caller;
	void *self;        /* the object invoked; an untyped is its slot */
	struct slot *slot; /* the capability invoked */
	uint64_t info;
	bool is_truncated; /* a result did not fit: no IPC buffer */
};

static inline uint64_t inv_word(const struct invocation *inv, unsigned i)
{
	/* The system call layer refused more than KN_MSG_REGS words of a thread without a buffer.
	 */
	return i < KN_MSG_REGS ? ctx_word(&inv->caller->context, i) : inv->caller->ipc->words[i];
}

static inline void inv_set_word(struct invocation *inv, unsigned i, uint64_t value)
{
	if (i < KN_MSG_REGS)
		ctx_set_word(&inv->caller->context, i, value);
	else if (inv->caller->ipc)
		inv->caller->ipc->words[i] = value;
	else
		inv->is_truncated = true;
}

/*
 * Before KN_RESTART: the caller's operand `word` for when its call runs again. Whoever goes through a
 * range that may hold nothing to do charges that too, and goes on where it was.
 */
static inline void inv_resume(unsigned word, uint64_t value)
{
	struct tcb *caller = this_cpu()->current;

	if (word < KN_MSG_REGS)
		ctx_set_word(&caller->context, word, value);
	else
		caller->ipc->words[word] = value;
}

static inline void inv_reply_length(struct invocation *inv, unsigned words)
{
	ctx_set_info(&inv->caller->context, kn_info(0, 0, words));
}

/*
 * The sanitizer build: a handler returns what its contract declares, bit -e of `declared` for error e, or INVALID_CAP, for an
 * operand whose object is going away.
 */
static inline void inv_check_status(kn_status status, uint64_t declared)
{
	invariant(!KERNEL_SANITIZE || status >= 0 || status == KN_E_INVALID_CAP || (declared >> -status & 1));
}
