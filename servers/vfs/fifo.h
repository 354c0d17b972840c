/* SPDX-License-Identifier: BSD-2-Clause */
/* Named pipes. Opening one waits for the other end (POSIX), except for reading and writing at once, or NONBLOCK. */
#pragma once

#include "description.h"

extern const struct description_class fifo_class;

/*
 * `description` (of fifo_class, inode set) begins. DEFERRED: `call` is answered when the other end comes. NO_DEVICE: writing without
 * waiting, and nobody reads. On an error the description has not begun.
 */
[[nodiscard]] kn_status fifo_open(struct description *description, struct server_call *call);
/* The caller does not wait any more. */
void fifo_open_cancelled(struct description *description);
