/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A saved context by the roles that its registers play. Which register plays which is the ABI's
 * business (uapi/types.h) and named by each machine's arch_inline.h: REG_NUMBER, REG_CAP, REG_INFO,
 * REG_WORD(i), REG_DEADLINE, REG_REPLY on the way in; REG_STATUS, REG_BADGE, REG_INFO, REG_WORD(i)
 * on the way out; REG_IP, REG_SP, REG_FRAME always.
 */
#pragma once

static inline uint64_t ctx_number(const struct arch_context *context)
{
	return context->REG_NUMBER;
}

static inline uint64_t ctx_cap(const struct arch_context *context)
{
	return context->REG_CAP;
}

static inline uint64_t ctx_info(const struct arch_context *context)
{
	return context->REG_INFO;
}

static inline uint64_t ctx_word(const struct arch_context *context, unsigned index)
{
	return context->REG_WORD(index);
}

static inline uint64_t ctx_deadline(const struct arch_context *context)
{
	return context->REG_DEADLINE;
}

static inline uint64_t ctx_reply(const struct arch_context *context)
{
	return context->REG_REPLY;
}

static inline void ctx_set_word(struct arch_context *context, unsigned index, uint64_t value)
{
	context->REG_WORD(index) = value;
}

static inline void ctx_set_info(struct arch_context *context, uint64_t info)
{
	context->REG_INFO = info;
}

static inline void ctx_set_badge(struct arch_context *context, uint64_t badge)
{
	context->REG_BADGE = badge;
}

static inline void ctx_set_status(struct arch_context *context, kn_status status)
{
	context->REG_STATUS = (uint64_t)(int64_t)status;
}

static inline uint64_t ctx_ip(const struct arch_context *context)
{
	return context->REG_IP;
}

static inline uint64_t ctx_sp(const struct arch_context *context)
{
	return context->REG_SP;
}

static inline void ctx_set_sp(struct arch_context *context, uint64_t sp)
{
	context->REG_SP = sp;
}

/* For backtraces. */
static inline uint64_t ctx_frame_pointer(const struct arch_context *context)
{
	return context->REG_FRAME;
}
