/* SPDX-License-Identifier: BSD-2-Clause */
/* What the methods of protocols tty and file share; nobody else includes it. */
#pragma once

#include "file.h"
#include "trona/process_table.h"
#include "trona/server.h"
#include "trona/start.h"
#include "uapi/protocol/procmgr.h"

/* The file that the call came through. */
#define FILE_(name) \
	struct file *name = file_by_badge(call->badge); \
	if (name == nullptr) \
		return KN_E_INVALID_CAP

/* Badges of processes, not of units and not of files. */
static inline bool is_process(kn_word badge)
{
	return !(badge & (KN_BADGE_UNIT | PROCMGR_BADGE_CLASS_OPEN));
}

/* The caller's process badge from its session capability; 0: it is none. */
static inline kn_word caller_of(struct server_cap session)
{
	return session.is_own && is_process(session.badge) ? session.badge : 0;
}

static inline bool read_caller(struct server_cap session, struct procmgr_process_entry *entry)
{
	kn_word badge = caller_of(session);

	return badge != 0 && process_read_badge(badge, entry);
}

/* A read or write of `caller` (process badge, 0: unknown), which may wait (KN_DEFERRED). */
[[nodiscard]] kn_status transfer_read(
    struct file *file, kn_word caller, struct server_call *call, uint8_t *data, size_t capacity, size_t *length);
[[nodiscard]] kn_status transfer_write(
    struct file *file, kn_word caller, struct server_call *call, const uint8_t *data, size_t length, uint32_t *written);
