/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How generated stubs and dispatchers lay bytes into message words: one length word, then the bytes,
 * the last word filled with zeros so that nothing of the sender's memory leaks with it. Nothing but the
 * output of scripts/idl.py includes this file. Functions that read believe no length they are given.
 */
#pragma once

#include "trona/ipc.h"
#include "uapi/error.h"
#include "uapi/types.h"

/* A call; the status is the transport's or the method's, never positive: a server cannot forge KN_DEFERRED. */
[[nodiscard]] static inline kn_status wire_call(kn_cap dest, struct kn_regs *regs, kn_time deadline)
{
	kn_status status = kn_call(dest, regs, deadline);
	if (status == KN_OK)
		status = kn_info_status(regs->info);
	return status > 0 ? KN_E_BAD_MESSAGE : status;
}

/* Appends a buffer at word *at; false (and nothing written) if it does not fit the message. */
[[nodiscard]] static inline bool wire_put(kn_word *words, unsigned *at, const void *data, size_t size)
{
	if (*at >= KN_MSG_MAX_WORDS || size > (KN_MSG_MAX_WORDS - 1 - *at) * sizeof(kn_word))
		return false;
	unsigned whole = (unsigned)((size + 7) / 8);
	kn_word *to = &words[*at + 1];
	if (size != 0 && data != to)
		__builtin_memmove(to, data, size);
	if (size % 8 != 0)
		__builtin_memset((char *)to + size, 0, 8 - size % 8);
	words[*at] = size;
	*at += 1 + whole;
	return true;
}

/* Reads a buffer at word *at of a message of `length` words: *data points into the message. */
[[nodiscard]] static inline bool wire_get(
    const kn_word *words, unsigned *at, unsigned length, const void **data, size_t *size)
{
	if (*at >= length || length > KN_MSG_MAX_WORDS)
		return false;
	kn_word bytes = words[*at];
	if (bytes > (length - 1 - *at) * sizeof(kn_word))
		return false;
	*data = &words[*at + 1];
	*size = (size_t)bytes;
	*at += 1 + (unsigned)((bytes + 7) / 8);
	return true;
}

/*
 * Sets aside room for a result buffer behind word *at of a reply, keeping `later` words for what follows;
 * cuts *capacity down to what fits.
 */
static inline void *wire_reserve(kn_word *words, unsigned *at, size_t *capacity, unsigned later)
{
	size_t room = (KN_MSG_MAX_WORDS - 1 - *at - later) * sizeof(kn_word);
	void *data = &words[*at + 1];
	if (*capacity > room)
		*capacity = room;
	*at += 1 + (unsigned)((*capacity + 7) / 8);
	return data;
}

/* The first words of a message that was built in the IPC buffer travel in registers. */
static inline void wire_head(struct kn_regs *regs, const kn_word *words, unsigned length)
{
	for (unsigned i = 0; i < KN_MSG_REGS && i < length; i++)
		regs->w[i] = words[i];
}

/* The reverse, for a reply that is parsed in the IPC buffer. */
static inline void wire_tail(kn_word *words, const struct kn_regs *regs)
{
	for (unsigned i = 0; i < KN_MSG_REGS; i++)
		words[i] = regs->w[i];
}
