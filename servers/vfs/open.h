/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening: from a path and flags to a description of the right class. */
#pragma once

#include "description.h"
#include "names.h"
#include "uapi/protocol/vfs.h"

/*
 * KN_OK: *description is open, or null for a terminal (opened->server TTY). DEFERRED: a FIFO, `call` is answered later. call null: never
 * waits (WOULD_BLOCK).
 */
[[nodiscard]] kn_status open_path(struct name_at at, const struct credentials *who, uint32_t flags, uint32_t mode,
    struct server_call *call, struct vfs_opened *opened, struct description **description);
/* A regular file without a name. */
[[nodiscard]] kn_status open_anonymous(const struct credentials *who, uint32_t flags, struct description **description);
